/**
 * One trace through real processes: who calls the command, the command, a worker, its script, a child run. And a worker whose
 * collector takes everything and never answers.
 */
import { execFile } from "node:child_process";
import { createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunDocument } from "@runfleet/model";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";
import { openCollector, type SeenSpan } from "../support/telemetry/otlp-collector.js";

const cli = fileURLToPath(new URL("../../apps/cli/bin/runfleet.js", import.meta.url));
const workflows = [
  `workflow parent { call first script shell { run = "printf '%s' \\"$TRACEPARENT\\"" } call workflow kid }`,
  "workflow kid { call second }",
];
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const caller = "00f067aa0ba902b7";
const graceMs = 300;
/** A worker has its grace and 5 s, and half a second for the last lines of its log; ten seconds is what the SDK would wait. */
const leavesWithinMs = 9_000;

let fleet: ProcessFleet;
beforeEach(async () => {
  fleet = await openProcessFleet({ redisUrl: inject("redisUrl"), leaseTtlMs: 5_000, graceMs, workflows });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await fleet.clear();
});

test("a caller's trace goes through the command, a worker, its script and a child run", async () => {
  const collector = await openCollector();
  try {
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
    vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    // Of whoever started the worker; no run is a part of it.
    vi.stubEnv("TRACEPARENT", `00-${"a".repeat(32)}-${"b".repeat(16)}-01`);
    const worker = await fleet.worker();
    const { redisUrl, namespace } = fleet.place;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cli, "start", "parent", "--wait", "--json"],
      {
        env: {
          ...process.env,
          ...{ REDIS_URL: redisUrl, RUNFLEET_NAMESPACE: namespace },
          TRACEPARENT: `00-${traceId}-${caller}-01`,
        },
      },
    );
    const run = JSON.parse(stdout) as RunDocument;
    expect(run.status).toBe("completed");
    // What a worker has not sent yet it sends when it leaves.
    expect(await worker.end("SIGTERM")).toBe(0);
    const spans = await collector.spansOf(run.id, 5);
    const ofKid = await collector.spansOf(run.children[0] ?? "", 3);
    const named = (name: string): SeenSpan => {
      const [found, ...more] = [...spans, ...ofKid].filter((span) => span.name === name);
      if (found === undefined || more.length > 0) throw new Error(`not one span "${name}"`);
      return found;
    };
    expect(new Set([...spans, ...ofKid].map((span) => span.traceId))).toEqual(new Set([traceId]));
    const start = named("start parent");
    expect(start).toMatchObject({ parentSpanId: caller, resource: { "service.name": "runfleet-cli" } });
    const activations = spans.filter(({ name }) => name === "activate parent");
    for (const { parentSpanId, links, attributes, resource } of activations) {
      expect({ parentSpanId, links }).toEqual({
        parentSpanId: start.spanId,
        links: [{ traceId, spanId: start.spanId }],
      });
      expect(resource).toMatchObject({
        "service.name": "runfleet-worker",
        "service.instance.id": attributes["worker.id"],
        "deployment.environment.name": "test",
      });
    }
    const shell = named("script shell");
    expect(run.steps.find(({ name }) => name === "shell")?.context).toBe(`00-${traceId}-${shell.spanId}-01`);
    expect(named("activate kid").parentSpanId).toBe(named("start kid").spanId);
    expect(named("call second").parentSpanId).toBe(named("activate kid").spanId);
  } finally {
    await collector.close();
  }
});

test("a collector that never answers holds neither a run nor a worker that leaves", async () => {
  const sockets: Socket[] = [];
  const silent: Server = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = silent.address() as { port: number };
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`);
    vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "50");
    const worker = await fleet.worker();
    const run = await fleet.client.start("parent");
    expect((await run.result({ timeoutMs: 30_000 })).status).toBe("completed");
    await expect.poll(() => sockets.length).toBeGreaterThan(0);
    const askedAt = performance.now();
    expect(await worker.end("SIGTERM")).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(leavesWithinMs);
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});
