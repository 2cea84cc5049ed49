/**
 * Every worker of a fleet is replaced, one after the other, under long runs: nothing fails, no finished step is repeated, nobody
 * has to take a run over, and runs take no longer than twice what they take undisturbed. A smaller one is part of
 * `npm test` (test/e2e/hand-over.test.ts).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoneRedis, startLoneRedis } from "../support/chaos/lone-redis.js";
import { eventually } from "../support/eventually.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";
import type { WorkerProcess } from "../support/processes/worker-processes.js";

const workerCount = 6;
const runCount = 300;
/** Twenty steps of 0.7 s: a run outlives the replacement of several workers. */
const steps = 20;
const workflow = `workflow long { ${"call slow ".repeat(steps)}}`;
const resultMs = 600_000;

describe("a rolling restart", () => {
  let folder: string;
  let redis: LoneRedis;
  let fleet: ProcessFleet;
  let workers: WorkerProcess[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runfleet-rolling-"));
    redis = await startLoneRedis(folder, "redis");
    const settings = { redisUrl: redis.url, leaseTtlMs: 10_000, graceMs: 10_000 };
    fleet = await openProcessFleet({ ...settings, workflows: [workflow] });
    workers = await Promise.all(Array.from({ length: workerCount }, () => fleet.worker()));
  });
  afterAll(async () => {
    await fleet?.clear();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts the runs, does something meanwhile, and answers what became of them. */
  const runAll = async (meanwhile: () => Promise<void>) => {
    const started = await fleet.client.startMany(
      Array.from({ length: runCount }, () => ({ workflow: "long" })),
    );
    const ids = started.map((outcome) =>
      outcome.type === "started" ? outcome.run.id : expect.unreachable(),
    );
    const [documents] = await Promise.all([
      Promise.all(ids.map((id) => fleet.client.result(id, { timeoutMs: resultMs }))),
      meanwhile(),
    ]);
    const tookMs = documents
      .map(({ createdAt, endedAt }) => Date.parse(endedAt ?? "") - Date.parse(createdAt))
      .sort((a, b) => a - b);
    return { ids, documents, medianMs: tookMs[Math.floor(runCount / 2)] ?? 0, longestMs: tookMs.at(-1) ?? 0 };
  };

  it("of six workers under 300 long runs costs nothing", async () => {
    const calm = await runAll(async () => {});
    const rolled = await runAll(async () => {
      const startedAt = Date.now();
      await eventually("the first worker has steps in hand", () =>
        fleet.ledger({ what: "begun", pid: workers[0]?.pid ?? 0 }).find(({ at }) => at >= startedAt),
      );
      for (const worker of workers.splice(0)) {
        expect(await worker.end("SIGTERM")).toBe(0);
        workers.push(await fleet.worker());
      }
    });
    process.stdout.write(
      `undisturbed: median ${calm.medianMs} ms, longest ${calm.longestMs} ms; ` +
        `rolling restart: median ${rolled.medianMs} ms, longest ${rolled.longestMs} ms\n`,
    );
    expect(rolled.documents.filter(({ status }) => status !== "completed")).toEqual([]);
    const attempts = rolled.documents.flatMap((run) => run.steps.map(({ attempt }) => attempt));
    expect([attempts.length, Math.max(...attempts)]).toEqual([runCount * steps, 1]);
    const lost = await Promise.all(rolled.ids.map((id) => fleet.leasesLost(id)));
    expect(lost.filter((count) => count > 0)).toEqual([]);
    const done = fleet.ledger({ what: "done" }).map(({ key }) => key);
    expect([done.length, new Set(done).size]).toEqual([2 * runCount * steps, 2 * runCount * steps]);
    // It was really restarted under way: runs were worked on by more than one process.
    const pids = new Map<string, Set<number>>();
    for (const { key, pid } of fleet.ledger({ what: "done" })) {
      const [runId = ""] = key.split(":");
      pids.set(runId, (pids.get(runId) ?? new Set()).add(pid));
    }
    const moved = rolled.ids.filter((id) => (pids.get(id)?.size ?? 0) > 1).length;
    expect(moved).toBeGreaterThan(runCount / 10);
    expect(rolled.medianMs).toBeLessThanOrEqual(2 * calm.medianMs);
    expect(rolled.longestMs).toBeLessThanOrEqual(2 * calm.longestMs);
  });
});
