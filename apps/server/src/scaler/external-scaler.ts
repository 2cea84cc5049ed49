/**
 * The scaler for KEDA's `external` and `external-push` triggers: a gRPC server that answers what `GET /scaler` answers. The pool
 * is the trigger's metadata `pool`. Decides nothing, and has no TLS: it is for the same machine, or behind something that has.
 */
import {
  type GrpcObject,
  loadPackageDefinition,
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
  setLogVerbosity,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import type { FleetClient, ScalingDocument } from "@runfleet/client";
import { RunfleetError } from "@runfleet/model";
import { type ApiToken, tokenOf } from "../access/tokens.js";
import { countUnknownCallers, type UnknownCallers } from "../access/unknown-callers.js";
import {
  externalScalerDescriptor,
  type GetMetricSpecResponse,
  type GetMetricsRequest,
  type GetMetricsResponse,
  type IsActiveResponse,
  type ScaledObjectRef,
} from "./external-scaler-protocol.js";
import { statusOf } from "./grpc-status.js";

export interface ExternalScalerOptions {
  readonly fleet: FleetClient;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Empty = everybody who can connect may ask; the HTTP side refuses that on other addresses than loopback. */
  readonly tokens: readonly ApiToken[];
  /** Gets one line for each call that failed by the server's fault. */
  readonly log: (line: string) => void;
}

/** What a call is answered with. */
interface Answering extends ExternalScalerOptions {
  readonly unknown: UnknownCallers;
}

/** What of a call says who calls. */
type Caller = Pick<ServerUnaryCall<unknown, unknown>, "metadata" | "getPeer">;

export interface ExternalScaler {
  readonly port: number;
  stop(): void;
}

/** One worker for each that is wanted. */
const targetSize = 1;
/** How often a stream looks; the number is decided no more often. */
const streamLookMs = 2_000;
/** A trigger opens one stream; more are a leak of somebody. */
const streamsMax = 200;

/** Throws `invalid_usage` when the port cannot be had. */
export async function startExternalScaler(given: ExternalScalerOptions): Promise<ExternalScaler> {
  const options: Answering = { ...given, unknown: countUnknownCallers() };
  // Whatever it has to say, the call or the start says too.
  setLogVerbosity(logVerbosity.NONE);
  const loaded = loadPackageDefinition(fromJSON(externalScalerDescriptor, { longs: Number, defaults: true }));
  const { ExternalScaler } = loaded["externalscaler"] as GrpcObject;
  const streams = new Set<NodeJS.Timeout>();
  const server = new Server();
  server.addService((ExternalScaler as ServiceClientConstructor).service, {
    IsActive: unary<ScaledObjectRef, IsActiveResponse>(options, ({ isActive }) => ({ result: isActive })),
    StreamIsActive: (call: ServerWritableStream<ScaledObjectRef, IsActiveResponse>) =>
      followActivity(call, options, streams),
    GetMetricSpec: unary<ScaledObjectRef, GetMetricSpecResponse>(options, ({ pool }) => ({
      metricSpecs: [{ metricName: metricNameOf(pool), targetSize, targetSizeFloat: targetSize }],
    })),
    GetMetrics: unary<GetMetricsRequest, GetMetricsResponse>(options, ({ pool, wanted }) => ({
      metricValues: [{ metricName: metricNameOf(pool), metricValue: wanted, metricValueFloat: wanted }],
    })),
  });
  const port = await listen(server, options);
  return {
    port,
    stop() {
      for (const timer of streams) clearInterval(timer);
      server.forceShutdown();
    },
  };
}

/** Names of metrics have no dots in Kubernetes' paths. */
function metricNameOf(pool: string): string {
  return `runfleet-wanted-${pool.replaceAll(".", "-")}`;
}

function unary<Request extends ScaledObjectRef | GetMetricsRequest, Response>(
  options: Answering,
  respond: (scaling: ScalingDocument) => Response,
) {
  return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void => {
    const request: ScaledObjectRef | GetMetricsRequest = call.request;
    const ref = "scaledObjectRef" in request ? request.scaledObjectRef : request;
    scalingFor(ref, call, options).then(
      (scaling) => answer(null, respond(scaling)),
      (error: unknown) => answer(statusOf(error, options.log)),
    );
  };
}

async function scalingFor(
  ref: ScaledObjectRef | null,
  caller: Caller,
  { fleet, tokens, unknown }: Answering,
): Promise<ScalingDocument> {
  const { pool, token, tokenFromEnv } = ref?.scalerMetadata ?? {};
  const [sent] = caller.metadata.get("authorization");
  // KEDA sends what `tokenFromEnv` names in the environment of the pods it scales, under the name it had in the trigger.
  const secret = /^bearer (\S+)$/i.exec(String(sent ?? ""))?.[1] ?? tokenFromEnv ?? token ?? "";
  if (tokens.length > 0 && tokenOf(tokens, secret) === undefined) {
    const message = "send a token as `authorization: Bearer SECRET`, or as `token` in the trigger's metadata";
    unknown.refuse(caller.getPeer().replace(/:\d+$/, ""), message);
  }
  return fleet.scaling(pool === "" ? undefined : pool);
}

/** Says at once whether any worker is wanted, and again whenever that changes, until the caller hangs up. */
function followActivity(
  call: ServerWritableStream<ScaledObjectRef, IsActiveResponse>,
  options: Answering,
  streams: Set<NodeJS.Timeout>,
): void {
  if (streams.size >= streamsMax) {
    call.emit("error", statusOf(new RunfleetError("rate_limited", "too many streams are open"), options.log));
    return;
  }
  let last: boolean | undefined;
  const look = (): void => {
    scalingFor(call.request, call, options).then(
      ({ isActive }) => {
        if (isActive !== last && !call.cancelled) call.write({ result: isActive });
        last = isActive;
      },
      (error: unknown) => {
        stop();
        call.emit("error", statusOf(error, options.log));
      },
    );
  };
  const timer = setInterval(look, streamLookMs);
  const stop = (): void => {
    clearInterval(timer);
    streams.delete(timer);
  };
  streams.add(timer);
  call.on("cancelled", stop);
  call.on("close", stop);
  look();
}

function listen(server: Server, { host, port }: ExternalScalerOptions): Promise<number> {
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (cause, bound) => {
      if (cause === null) return resolve(bound);
      const message = `cannot listen on ${address}: ${cause.message}; choose another with --grpc-port`;
      reject(new RunfleetError("invalid_usage", message, { cause }));
    });
  });
}
