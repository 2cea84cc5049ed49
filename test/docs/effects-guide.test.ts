// The code of the guide about effects is executed: its action charges at a service on loopback that takes the charge and
// never answers, as when the worker dies in that moment.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as worker from "@runfleet/worker";
import { afterEach, expect, test } from "vitest";
import { call, flow } from "../support/engine/definitions.js";
import { deferred, type OneWorker, openOneWorker } from "../support/worker/one-worker.js";
import { textOf } from "../tidy/source-files.js";

const [, code = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(textOf("docs/guides/effects.md")) ?? [];

function configOf(payments: string): worker.WorkerConfig {
  const source = code
    .replace(/import (\{[^}]*\}) from "@runfleet\/worker";/, "const $1 = worker;")
    .replace("export default", "return")
    .replaceAll(" as { receipt: string }", "")
    .replace("https://payments.example", payments);
  return new Function("worker", `"use strict";\n${source}`)(worker) as worker.WorkerConfig;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Takes charges; answers none of them, and answers who asks for one with this status. */
async function openPayments(statusOfProbe: number) {
  const charges: string[] = [];
  const charged = deferred();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "GET") {
      const isKnown = charges.some((body) =>
        body.includes(decodeURIComponent(request.url ?? "").split("=")[1] ?? "?"),
      );
      response.writeHead(isKnown ? statusOfProbe : 404).end(JSON.stringify({ receipt: "r-7" }));
      return;
    }
    request.on("data", (chunk: Buffer) => charges.push(chunk.toString()));
    request.on("end", () => charged.resolve());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    charges,
    charged: charged.promise,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
}

async function killedWhileCharging(payments: Awaited<ReturnType<typeof openPayments>>) {
  const one: OneWorker = await openOneWorker(configOf(payments.url));
  closing.push(() => one.close());
  const runId = await one.create(flow([call("charge")]), { inputs: { order: "o-1" } });
  const first = one.take(runId);
  await payments.charged;
  await one.vanish(runId);
  const second = await one.take(runId);
  await first;
  return { one, runId, second };
}

test("the probe finds the charge, which is not made again", async () => {
  const payments = await openPayments(200);
  const { one, runId, second } = await killedWhileCharging(payments);
  expect(second).toEqual({ type: "ended", status: "completed" });
  const { rows } = await one.store.readSteps({ runId, limit: 9 });
  expect(rows).toMatchObject([{ attempt: 1, markers: ["charged"], output: '{"receipt":"r-7"}' }]);
  expect(payments.charges).toEqual([`{"order":"o-1","reference":"${runId}:b.0"}`]);
});

test("a probe that cannot tell leaves the step to a person", async () => {
  const payments = await openPayments(500);
  const { one, runId, second } = await killedWhileCharging(payments);
  expect(second).toMatchObject({ type: "parked" });
  expect(await one.store.readRun(runId)).toMatchObject({
    blockedOn: [{ name: "charge", prompt: expect.stringMatching(/its probe cannot tell: it said 500$/) }],
  });
  expect(payments.charges).toHaveLength(1);
});
