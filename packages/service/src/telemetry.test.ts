/** The SDK itself, with receivers that do not do their part. What really arrives is looked at in `test/`. */
import { createServer, type Server, type Socket } from "node:net";
import { api } from "@opentelemetry/sdk-node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startTelemetry } from "./telemetry.js";

/** Above the bound of a stop, and far below the ten seconds that the SDK waits for an answer. */
const boundMs = 5_000;

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  vi.unstubAllEnvs();
  for (const socket of sockets) socket.destroy();
  server?.close();
  for (const part of [api.trace, api.context, api.propagation, api.diag]) part.disable();
});

/** Takes every connection and never answers. */
async function silentReceiver(): Promise<string> {
  const listening = createServer((socket) => void sockets.add(socket));
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as { port: number }).port}`;
}

function record(): void {
  api.trace.getTracer("test").startSpan("span").end();
}

function isRecording(): boolean {
  const span = api.trace.getTracer("test").startSpan("span");
  return span.isRecording();
}

describe("the telemetry of a process", () => {
  test("is off when nobody asks for it", async () => {
    const telemetry = await startTelemetry({ serviceName: "test", log: expect.unreachable });
    expect([...telemetry.signals]).toEqual([]);
    expect(isRecording()).toBe(false);
    await telemetry.stop();
  });

  test("stops in time although the receiver never answers", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", await silentReceiver());
    const lines: string[] = [];
    const telemetry = await startTelemetry({ serviceName: "test", log: (line) => lines.push(line) });
    expect(isRecording()).toBe(true);
    record();
    const begunAt = performance.now();
    await telemetry.stop();
    expect(performance.now() - begunAt).toBeLessThan(boundMs);
    expect(sockets.size, "the spans were on their way").toBe(1);
    expect(lines).toEqual(["telemetry: the last of it was lost: no answer in time"]);
  });

  test("says in the log of the process what it could not send", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1/v1/traces");
    vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "10");
    // Else it tries again for ten seconds.
    vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "500");
    const lines: string[] = [];
    const telemetry = await startTelemetry({ serviceName: "test", log: (line) => lines.push(line) });
    record();
    await expect.poll(() => lines.join("\n"), { timeout: 20_000 }).toMatch(/^telemetry: .*ECONNREFUSED/);
    await telemetry.stop();
  });

  test("a setting that means nothing is said and changes nothing else", async () => {
    vi.stubEnv("OTEL_TRACES_EXPORTER", "console");
    vi.stubEnv("OTEL_TRACES_SAMPLER", "sometimes");
    const lines: string[] = [];
    const telemetry = await startTelemetry({ serviceName: "test", log: (line) => lines.push(line) });
    expect(lines).toEqual([expect.stringContaining('OTEL_TRACES_SAMPLER value "sometimes"')]);
    expect(isRecording()).toBe(true);
    await telemetry.stop();
  });
});
