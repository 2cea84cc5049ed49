/** The external scaler, asked by a gRPC client that knows KEDA's protocol and nothing of ours. */
import { fileURLToPath } from "node:url";
import {
  type ClientReadableStream,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type ClientFleet, greet, openClientFleet } from "../../../../test/support/client-fleet.js";
import { unknownPerMinute } from "../access/unknown-callers.js";
import { type ExternalScaler, startExternalScaler } from "./external-scaler.js";

const protocol = fileURLToPath(
  new URL("../../../../test/support/scaling/externalscaler.proto", import.meta.url),
);
const { ExternalScaler: Client } = loadPackageDefinition(
  loadSync(protocol, { keepCase: true, longs: Number, defaults: true }),
)["externalscaler"] as GrpcObject;

const viewer = { name: "keda", role: "viewer", secret: "secret-of-the-viewer" } as const;

let under: ClientFleet;
let scaler: ExternalScaler;
let client: InstanceType<ServiceClientConstructor>;
const faults: string[] = [];

async function open(tokens: readonly (typeof viewer)[]): Promise<void> {
  const { fleet } = under;
  scaler = await startExternalScaler({
    ...{ fleet, tokens, host: "127.0.0.1", port: 0 },
    log: (line) => void faults.push(line),
  });
  const KedaClient = Client as ServiceClientConstructor;
  client = new KedaClient(`127.0.0.1:${scaler.port}`, credentials.createInsecure());
}

beforeEach(async () => {
  under = await openClientFleet(inject("redisUrl"));
  await under.fleet.publish([greet]);
  await open([]);
});
afterEach(async () => {
  client.close();
  scaler.stop();
  await under.close();
  expect(faults).toEqual([]);
});

function ref(scalerMetadata: Readonly<Record<string, string>> = {}) {
  return { name: "runfleet-worker", namespace: "jobs", scalerMetadata };
}

function ask(method: string, request: object, metadata = new Metadata()): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client[method]?.(request, metadata, (error: Error | null, answer: unknown) =>
      error === null ? resolve(answer) : reject(error),
    );
  });
}

async function startSeveral(count: number, pool: string): Promise<void> {
  const entry = { workflow: "greet", inputs: { whom: "ann" }, pool };
  await under.fleet.startMany(Array.from({ length: count }, () => entry));
}

test("a pool's value is the number of workers wanted, of which each has a target of one", async () => {
  await startSeveral(70, "gpu");
  const scaledObjectRef = ref({ pool: "gpu", scalerAddress: "runfleet-server:9090" });
  expect(await ask("IsActive", scaledObjectRef)).toEqual({ result: true });
  const metricName = "runfleet-wanted-gpu";
  expect(await ask("GetMetricSpec", scaledObjectRef)).toEqual({
    metricSpecs: [{ metricName, targetSize: 1, targetSizeFloat: 1 }],
  });
  expect(await ask("GetMetrics", { scaledObjectRef, metricName })).toEqual({
    metricValues: [{ metricName, metricValue: 3, metricValueFloat: 3 }],
  });
});

test("without metadata the pool is the default one, and inactive while nothing is to be done", async () => {
  expect(await ask("IsActive", ref())).toEqual({ result: false });
  expect(await ask("GetMetrics", { scaledObjectRef: ref() })).toEqual({
    metricValues: [{ metricName: "runfleet-wanted-default", metricValue: 0, metricValueFloat: 0 }],
  });
});

test("a stream says at once whether workers are wanted, and again when that changes", async () => {
  const stream = client["StreamIsActive"]?.(ref({ pool: "gpu" })) as ClientReadableStream<unknown>;
  const said = stream[Symbol.asyncIterator]();
  expect((await said.next()).value).toEqual({ result: false });
  await startSeveral(1, "gpu");
  expect((await said.next()).value).toEqual({ result: true });
  const hungUp = expect(said.next()).rejects.toMatchObject({ code: status.CANCELLED });
  stream.cancel();
  await hungUp;
});

test("what is no pool is refused, of a stream too", async () => {
  const refusal = { code: status.INVALID_ARGUMENT, details: expect.stringContaining("No Pool") };
  await expect(ask("IsActive", ref({ pool: "No Pool" }))).rejects.toMatchObject(refusal);
  const stream = client["StreamIsActive"]?.(ref({ pool: "No Pool" })) as ClientReadableStream<unknown>;
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal);
});

test("with tokens it wants one, in the call or in the trigger's metadata", async () => {
  client.close();
  scaler.stop();
  await open([viewer]);
  const refusal = { code: status.UNAUTHENTICATED };
  await expect(ask("IsActive", ref())).rejects.toMatchObject(refusal);
  await expect(ask("IsActive", ref({ token: "secret-of-nobody" }))).rejects.toMatchObject(refusal);
  expect(await ask("IsActive", ref({ token: viewer.secret }))).toEqual({ result: false });
  expect(await ask("IsActive", ref({ tokenFromEnv: viewer.secret }))).toEqual({ result: false });
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${viewer.secret}`);
  expect(await ask("IsActive", ref(), metadata)).toEqual({ result: false });
});

test("who has no token is made to wait after hundreds of calls, and who has one is not", async () => {
  client.close();
  scaler.stop();
  await open([viewer]);
  const calls = Array.from({ length: unknownPerMinute + 1 }, () => ask("IsActive", ref()));
  const ends = await Promise.allSettled(calls);
  const codes = ends.map((end) =>
    end.status === "rejected" ? (end.reason as ServiceError).code : "answered",
  );
  expect(codes.filter((code) => code === status.UNAUTHENTICATED)).toHaveLength(unknownPerMinute);
  expect(codes.filter((code) => code === status.RESOURCE_EXHAUSTED)).toHaveLength(1);
  expect(await ask("IsActive", ref({ token: viewer.secret }))).toEqual({ result: false });
});

test("a port that is taken is refused with what to do", async () => {
  const { fleet } = under;
  const again = { fleet, tokens: [], host: "127.0.0.1", port: scaler.port, log: () => {} };
  await expect(startExternalScaler(again)).rejects.toThrow(/choose another with --grpc-port/);
});
