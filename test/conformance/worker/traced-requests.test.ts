/** Requests to the server as spans, decoded as they arrive at a collector, with the runs that they start. */
import { type RunningServer, startServer } from "@runfleet/server";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { eventually } from "../../support/eventually.js";
import type { SeenSpan } from "../../support/telemetry/otlp-collector.js";
import { openTracedFleet, type TracedFleet } from "../../support/telemetry/traced-fleet.js";

const workflows = [`workflow told { script shell { run = "printf '%s' \\"$TRACEPARENT\\"" } }`];
const traceId = "0af7651916cd43dd8448eb211c80319c";
const callerId = "b7ad6b7169203331";

let under: TracedFleet;
let server: RunningServer;
beforeAll(async () => {
  under = await openTracedFleet(inject("redisUrl"), { config: {}, workflows });
  server = await startServer({ fleet: under.fleet, port: 0, log: expect.unreachable });
});
afterAll(async () => {
  await server?.stop();
  await under?.close();
  expect(under?.trouble).toEqual([]);
});

const served = (name: string): Promise<SeenSpan> =>
  eventually(`the span ${name} has come`, () => under.collector.spans.find((span) => span.name === name));

async function startBy(traceparent: string) {
  const response = await fetch(`${server.url}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json", traceparent },
    body: JSON.stringify({ workflow: "told", inputs: {} }),
  });
  const { id } = (await response.json()) as { id: string };
  return under.fleet.result(id, { timeoutMs: 30_000 });
}

test("a request is a part of the caller's trace, and the run that it starts a part of the request", async () => {
  const run = await startBy(`00-${traceId}-${callerId}-01`);
  const request = await served("POST /api/v1/runs");
  expect(request).toMatchObject({
    ...{ traceId, parentSpanId: callerId, kind: "SERVER", status: { code: "UNSET" } },
    attributes: {
      "http.request.method": "POST",
      "http.route": "/api/v1/runs",
      "url.path": "/api/v1/runs",
      "url.scheme": "http",
      "http.response.status_code": 201,
    },
  });
  const spans = await under.collector.spansOf(run.id, 3);
  expect(spans.find(({ name }) => name === "start told")).toMatchObject({ parentSpanId: request.spanId });
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
});

test("a question that was wrong is no error of the server; a request about a run names it; health is no request", async () => {
  const paths = ["/livez", "/readyz", "/api/v1/nothing", "/api/v1/runs/nobody?x=1"];
  for (const path of paths) await fetch(`${server.url}${path}`);
  expect(await served("GET /api/v1/runs/:id")).toMatchObject({
    ...{ parentSpanId: "", status: { code: "UNSET" } },
    attributes: { "http.response.status_code": 404, "run.id": "nobody", "url.path": "/api/v1/runs/nobody" },
  });
  const requests = under.collector.spans.filter(({ kind }) => kind === "SERVER").map(({ name }) => name);
  expect(requests).toEqual(["POST /api/v1/runs", "GET /api/v1/runs/:id"]);
});

test("who is not sampled gets no span anywhere, and its trace is passed on all the same", async () => {
  const unsampled = traceId.replace("0a", "0b");
  const run = await startBy(`00-${unsampled}-${callerId}-00`);
  const context = run.steps.find(({ name }) => name === "shell")?.context;
  expect(context).toMatch(new RegExp(`^00-${unsampled}-[0-9a-f]{16}-00$`));
  // One that is sampled and comes later has arrived.
  const later = await (await under.fleet.start("told")).result({ timeoutMs: 30_000 });
  await under.collector.spansOf(later.id, 3);
  expect(under.collector.spans.filter((span) => span.traceId === unsampled)).toEqual([]);
  expect(under.collector.spans.filter(({ attributes }) => attributes["run.id"] === run.id)).toEqual([]);
});
