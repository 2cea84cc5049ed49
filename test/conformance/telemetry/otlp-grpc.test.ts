/** OTLP over gRPC, as the guide of traces names it: what really arrives, decoded, and a receiver that never answers. */

import { trace } from "@opentelemetry/api";
import { createRecorder } from "@runfleet/metrics";
import { startTelemetry } from "@runfleet/service";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { type GrpcCollector, openGrpcCollector } from "../../support/telemetry/grpc-collector.js";

/** Above the bound of a stop, and far below the ten seconds that the SDK waits for an answer. */
const boundMs = 5_000;

afterEach(() => {
  vi.unstubAllEnvs();
  trace.disable();
});

/** A span is under way or there; what was counted is sent with the end. */
async function recordFor(collector: GrpcCollector) {
  onTestFinished(() => collector.close());
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "20");
  const recorder = createRecorder("worker", "shop");
  const lines: string[] = [];
  const telemetry = await startTelemetry({
    ...{ serviceName: "test", recorder, log: (line) => lines.push(line) },
  });
  recorder.counter("runfleet_takeovers_total").add(7, "default");
  trace.getTracer("test").startSpan("a span").end();
  await expect.poll(() => collector.spans).toEqual(["a span"]);
  return { telemetry, lines };
}

test("spans and metrics arrive", async () => {
  const collector = await openGrpcCollector({ answers: true });
  const { telemetry, lines } = await recordFor(collector);
  await telemetry.stop();
  expect(collector.sums.get("runfleet_takeovers_total")).toBe(7);
  expect(lines).toEqual([]);
});

test("a receiver that takes everything and never answers does not hold a process that leaves", async () => {
  const { telemetry } = await recordFor(await openGrpcCollector({ answers: false }));
  const askedAt = performance.now();
  await telemetry.stop();
  expect(performance.now() - askedAt).toBeLessThan(boundMs);
});
