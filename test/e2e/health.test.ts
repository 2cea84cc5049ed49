/**
 * What worker and server answer an orchestrator when something happens to the process itself. A fault of Redis or of the wire is
 * in `test/conformance/worker/health.test.ts`.
 */
import { fileURLToPath } from "node:url";
import { afterEach, expect, inject, test } from "vitest";
import { eventually } from "../support/eventually.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";
import { type ServerProcess, startServerProcess } from "../support/processes/server-process.js";

const shiftedClock = fileURLToPath(new URL("../support/chaos/shifted-clock.mjs", import.meta.url));
/** As long as Kubernetes gives a probe, unless it is told otherwise. */
const probeMs = 1_000;

let fleet: ProcessFleet;
let server: ServerProcess | undefined;
afterEach(async () => {
  await server?.end();
  await fleet.clear();
});

/** The status, or why there was none: `silent`, `gone`. */
async function probe(url: string): Promise<number | "silent" | "gone"> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(probeMs) })).status;
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError" ? "silent" : "gone";
  }
}

async function probes(...urls: readonly string[]): Promise<readonly (number | string)[]> {
  return Promise.all(urls.flatMap((url) => ["/livez", "/readyz"].map((path) => probe(url + path))));
}

test("a wrong clock is no fault, a frozen process is silent until it goes on, one that was asked to end lives and is not ready", async () => {
  fleet = await openProcessFleet({
    ...{ redisUrl: inject("redisUrl"), leaseTtlMs: 2_000, graceMs: 60_000 },
    workflows: ["workflow held { call held_step }"],
  });
  const worker = await fleet.worker({
    words: ["--health-port", "0"],
    env: { NODE_OPTIONS: `--import ${shiftedClock}`, CHAOS_CLOCK_SHIFT_MS: "3600000" },
  });
  server = await startServerProcess(fleet.place, {});
  const [, port] = /"healthPort":(\d+)/.exec(worker.log()) ?? [];
  const both = [`http://127.0.0.1:${port}`, server.url] as const;
  await fleet.client.start("held");
  await fleet.noted({ action: "held_step", what: "begun" });
  await expect.poll(() => probes(...both)).toEqual([200, 200, 200, 200]);

  for (const { pid } of [worker, server]) process.kill(pid, "SIGSTOP");
  expect(await probes(...both)).toEqual(["silent", "silent", "silent", "silent"]);
  for (const { pid } of [worker, server]) process.kill(pid, "SIGCONT");
  await expect.poll(() => probes(...both)).toEqual([200, 200, 200, 200]);

  process.kill(worker.pid, "SIGTERM");
  await expect.poll(() => probes(both[0])).toEqual([200, 503]);
  fleet.free("held_step");
  expect(await worker.ended).toBe(0);
  await server.end();
  server = undefined;
  expect(await probes(...both)).toEqual(["gone", "gone", "gone", "gone"]);
});

test("a worker that cannot begin ends, and the fleet has never heard of it", async () => {
  fleet = await openProcessFleet({
    ...{ redisUrl: inject("redisUrl"), leaseTtlMs: 2_000, graceMs: 1_000, workflows: [] },
  });
  const worker = await fleet.worker({ words: ["--health-port", "0"] });
  const port = await eventually(
    "it says where it listens",
    async () => /"healthPort":(\d+)/.exec(worker.log())?.[1],
  );
  const others = [
    await fleet.worker({ words: ["--health-port", port] }),
    await fleet.worker({ words: ["--pools", "No Pool"] }),
  ];
  expect(await Promise.all(others.map(({ ended }) => ended))).toEqual([2, 2]);
  expect(others.map((other) => /cannot listen|the pool "No Pool"/.exec(other.log())?.[0])).toEqual([
    ...["cannot listen", 'the pool "No Pool"'],
  ]);
  const { workers } = await fleet.client.fleet();
  expect(workers.map(({ pid }) => pid)).toEqual([worker.pid]);
});
