import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { api } from "@opentelemetry/sdk-node";
import { createRecorder } from "@runfleet/metrics";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTelemetry, type Telemetry } from "./telemetry.js";

interface Arrived {
  readonly path: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

let server: Server;
let telemetry: Telemetry | undefined;
const arrived: Arrived[] = [];

beforeEach(async () => {
  arrived.length = 0;
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("latin1").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      arrived.push({ path: request.url, contentType: request.headers["content-type"], body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv(
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
  );
  vi.stubEnv("OTEL_METRIC_EXPORT_INTERVAL", "50");
});
afterEach(async () => {
  await telemetry?.stop();
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
  for (const part of [api.metrics, api.trace, api.context, api.propagation, api.diag]) part.disable();
});

async function send(lines: string[] = []): Promise<void> {
  const recorder = createRecorder("worker", "shop");
  recorder.counter("runfleet_steps_total").add(7, "call", "charge-card", "completed");
  telemetry = await startTelemetry({ serviceName: "test", recorder, log: (line) => lines.push(line) });
}

test.each([
  [undefined, "application/x-protobuf"],
  ["http/protobuf", "application/x-protobuf"],
  ["http/json", "application/json"],
])("with the protocol %s it sends %s", async (protocol, contentType) => {
  if (protocol !== undefined) vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
  await send();
  await expect.poll(() => arrived[0], { timeout: 20_000 }).toMatchObject({ path: "/in", contentType });
  for (const text of ["runfleet_steps_total", "charge-card", "shop", "service.name"]) {
    expect(arrived[0]?.body).toContain(text);
  }
});

test("a protocol that means nothing is said, and the standard's own is spoken", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke-signals");
  const lines: string[] = [];
  await send(lines);
  expect(lines.join("\n")).toContain(
    'the OTLP protocol "smoke-signals" is none of http/protobuf, http/json, grpc',
  );
  await expect.poll(() => arrived[0]?.contentType, { timeout: 20_000 }).toBe("application/x-protobuf");
});

test("another exporter than OTLP sends nothing, and is told where the metrics are", async () => {
  vi.stubEnv("OTEL_METRICS_EXPORTER", "prometheus");
  const lines: string[] = [];
  await send(lines);
  expect(lines).toContain(
    "telemetry: OTEL_METRICS_EXPORTER=prometheus sends no metrics; otlp does, and /metrics has them anyway",
  );
  await telemetry?.stop();
  expect(arrived).toEqual([]);
});
