import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRecorder, type MetricReading, type Recorder } from "@runfleet/metrics";
import type { Definition, Lease, LeaseStore, RenewReply, RunInfo, RunStore } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import { createMemoryLeases, createMemoryStore, definitionHash } from "@runfleet/store";
import { describe, expect, onTestFinished, test } from "vitest";
import { sampleCommit } from "../../../../test/conformance/store/samples.js";
import { call, flow, gate, script } from "../../../../test/support/engine/definitions.js";
import { runInfo } from "../../../../test/support/engine/world.js";
import { gives, throws } from "../../../../test/support/worker/actions.js";
import { assembleWorker } from "../assemble-worker.js";
import { systemClock } from "../clock.js";
import type { WorkerConfig } from "../config.js";
import type { LeaseKeeper } from "../lease-keeper.js";
import { meterKeeper, meterLeases, meterStore } from "./metered-ports.js";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Values, or numbers of observations, by the values of the labels. */
function counted(readings: readonly MetricReading[], name: string): Readonly<Record<string, number>> {
  const series = readings.find((reading) => reading.name === name)?.series ?? [];
  return Object.fromEntries(
    series
      .map(({ labels, value, histogram }): [string, number] => {
        const { namespace: _, ...own } = labels;
        return [Object.values(own).join(" "), histogram?.count ?? value ?? 0];
      })
      .filter(([, value]) => value > 0),
  );
}

const activations = async (recorder: Recorder<"worker">) =>
  counted(await recorder.read(), "runfleet_activations_total");

/** A worker in memory that counts. */
async function openWorker(config: WorkerConfig, { sweepMs = 60_000 } = {}) {
  const store = createMemoryStore({ now: Date.now });
  const queue = createMemoryQueue({ now: Date.now });
  const recorder = createRecorder("worker", "shop");
  const workDir = await mkdtemp(join(tmpdir(), "runfleet-metered-"));
  const worker = await assembleWorker({
    ...{
      workerId: "w1",
      store,
      queue,
      leases: createMemoryLeases({ now: Date.now, store }),
      config,
      workDir,
    },
    ...{ clock: systemClock, random: Math.random, log: silent, recorder, concurrency: 4, pools: ["default"] },
    ...{ leaseTtlMs: 10_000, sweepMs, graceMs: 1_000 },
  });
  onTestFinished(async () => {
    await worker.stop();
    await queue.close();
    await rm(workDir, { recursive: true, force: true });
  });
  /** Who starts it dies before the job is there. */
  const forget = async (definition: Definition, id: string, info: Partial<RunInfo> = {}): Promise<void> => {
    const json = JSON.stringify(definition);
    const hash = definitionHash(json);
    await store.publish([{ name: definition.name, hash, json }]);
    const run = runInfo({ id, rootId: id, workflow: definition.name, definitionHash: hash, ...info });
    await store.createRun({ ...run, createdAt: Date.now() });
  };
  const start: typeof forget = async (definition, id, info) => {
    await forget(definition, id, info);
    await queue.add({ runId: id, workflow: definition.name, pool: "default" });
  };
  const status = async (id: string) => (await store.readRun(id))?.status;
  return { store, queue, recorder, start, forget, status };
}

describe("a worker", () => {
  test("counts steps by outcome, runs, money and tokens as they are recorded", async () => {
    const usage = { costUsd: 0.25, turns: 2, inputTokens: 100, outputTokens: 20 };
    const { recorder, start, status } = await openWorker({
      actions: [gives("plan", { usage }), throws("ship", new Error("no luck"))],
    });
    const body = [call("plan"), call("ship", { retries: 1 }), script("tidy", { run: "true" })];
    await start(flow(body, { name: "release" }), "A");
    await start(flow([call("missing")], { name: "broken" }), "B");
    await expect.poll(() => status("A")).toBe("completed");
    await expect.poll(() => status("B")).toBe("failed");
    // A job is put away after its run has ended.
    await expect.poll(() => activations(recorder)).toEqual({ "default ended": 2 });
    const seen = await recorder.read();
    expect(counted(seen, "runfleet_steps_total")).toEqual({
      "call plan completed": 1,
      "call ship failed": 1,
      "call ship completed": 1,
      "script  completed": 1,
      "call missing failed": 1,
    });
    expect(counted(seen, "runfleet_step_duration_seconds")).toEqual({
      "call plan": 1,
      "call ship": 2,
      "script ": 1,
      "call missing": 1,
    });
    expect(counted(seen, "runfleet_runs_started_total")).toEqual({ release: 1, broken: 1 });
    expect(counted(seen, "runfleet_run_duration_seconds")).toEqual({ release: 1, broken: 1 });
    expect(counted(seen, "runfleet_cost_usd_total")).toEqual({ release: 0.25 });
    expect(counted(seen, "runfleet_turns_total")).toEqual({ release: 2 });
    expect(counted(seen, "runfleet_tokens_total")).toEqual({ "release input": 100, "release output": 20 });
    expect(counted(seen, "runfleet_worker_slots")).toEqual({ "": 4 });
  });

  test("measures how long a run was ready, at its start and after a wait, and how long an event lay unread", async () => {
    const { store, queue, recorder, start, status } = await openWorker({ actions: [gives("plan")] });
    await start(flow([gate("review"), call("plan")], { name: "release" }), "A");
    await expect.poll(() => status("A")).toBe("waiting");
    await store.answerGate({ runId: "A", by: "ann", verdict: "approved" });
    await queue.wake("A", "default");
    await expect.poll(() => activations(recorder)).toEqual({ "default parked": 1, "default ended": 1 });
    const seen = await recorder.read();
    expect(counted(seen, "runfleet_schedule_to_start_seconds")).toEqual({
      "default fresh": 1,
      "default continued": 1,
    });
    // The start itself is an event, the answer another.
    expect(counted(seen, "runfleet_inbox_lag_seconds")).toEqual({ "": 2 });
    expect(counted(seen, "runfleet_steps_total")).toMatchObject({ "gate  completed": 1 });
    expect(counted(seen, "runfleet_runs_started_total")).toEqual({ release: 1 });
  });
});

test("a worker says what it has in hand, how long its leases live, and how long its writes took", async () => {
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const slow = { name: "slow", run: () => finished.then(() => ({})) };
  const { recorder, start, status } = await openWorker({ actions: [slow] });
  await start(flow([call("slow")], { name: "release" }), "A");
  const used = async () => counted(await recorder.read(), "runfleet_worker_slots_used");
  await expect.poll(used).toEqual({ "": 1 });
  finish();
  await expect.poll(() => status("A")).toBe("completed");
  await expect.poll(used).toEqual({});
  const seen = await recorder.read();
  expect(counted(seen, "runfleet_lease_ttl_seconds")).toEqual({ "": 10 });
  expect(counted(seen, "runfleet_write_duration_seconds")).toMatchObject({ commit: 1, finish: 1 });
});

test("what a sweeper sets going again is a recovery", async () => {
  const { recorder, forget, status } = await openWorker({ actions: [gives("plan")] }, { sweepMs: 20 });
  await forget(flow([call("plan")], { name: "release" }), "A");
  await expect.poll(() => status("A")).toBe("completed");
  expect(counted(await recorder.read(), "runfleet_recoveries_total")).toEqual({ sleeping_run: 1 });
});

describe("a metered store", () => {
  const clock = systemClock;
  async function openRun(): Promise<{
    store: RunStore;
    take: (owner: string) => ReturnType<typeof activated>;
    recorder: Recorder<"worker">;
  }> {
    const real = createMemoryStore({ now: Date.now });
    const leases = createMemoryLeases({ now: Date.now, store: real });
    const recorder = createRecorder("worker", "shop");
    const store = meterStore(real, { recorder, clock });
    await store.createRun({ ...runInfo({ id: "A", rootId: "A" }), createdAt: Date.now() });
    let held: Lease | undefined;
    const take = async (owner: string) => {
      if (held !== undefined) await leases.release(held);
      const reply = await leases.acquire("A", 60_000);
      if (reply.tag !== "held") throw new Error("busy");
      held = reply.lease;
      return activated(store, reply.lease.token, owner);
    };
    return { store, take, recorder };
  }
  async function activated(store: RunStore, leaseToken: string, owner: string) {
    const reply = await store.activate({ runId: "A", leaseToken, owner, recoveriesMax: 5 });
    if (reply.tag !== "activated") throw new Error(reply.tag);
    return reply.activation;
  }

  test("counts a takeover, and each write of the former owner that was refused; its steps do not count", async () => {
    const { store, take, recorder } = await openRun();
    const { fence } = await take("w1");
    await take("w2");
    const step = { address: "b.0", name: "plan", kind: "call", status: "completed" } as const;
    const steps = [{ ...step, attempt: 1, iteration: 0, ordinal: 0, markers: [], startedAt: 1, endedAt: 2 }];
    await store.commit(sampleCommit(fence, { steps }));
    await store.heartbeat(fence);
    const seen = await recorder.read();
    expect(counted(seen, "runfleet_takeovers_total")).toEqual({ default: 1 });
    expect(counted(seen, "runfleet_fenced_writes_total")).toEqual({ commit: 1, heartbeat: 1 });
    expect(counted(seen, "runfleet_steps_total")).toEqual({});
    expect(counted(seen, "runfleet_schedule_to_start_seconds")).toEqual({ "default fresh": 1 });
  });
});

test("a metered store counts due times by what became of them, and runs that are given up, once", async () => {
  const recorder = createRecorder("worker", "shop");
  const moved = ["done", "changed"];
  const given = ["finished", "duplicate"];
  const real = {
    moveSchedule: async () => moved.shift(),
    failUnowned: async () => ({ tag: given.shift() }),
  } as unknown as RunStore;
  const store = meterStore(real, { recorder, clock: systemClock });
  const firing = { outcome: "missed", missed: 3 } as const;
  const move = { firing } as unknown as Parameters<RunStore["moveSchedule"]>[0];
  const loop = {} as Parameters<RunStore["failUnowned"]>[0];
  for (const _ of ["done", "changed"]) await store.moveSchedule(move);
  for (const _ of ["finished", "duplicate"]) await store.failUnowned(loop);
  const seen = await recorder.read();
  expect(counted(seen, "runfleet_firings_total")).toEqual({ missed: 3 });
  expect(counted(seen, "runfleet_crash_loops_total")).toEqual({ "": 1 });
});

describe("metered leases", () => {
  const lease: Lease = { runId: "A", token: "t", deadlineMonoMs: performance.now() + 4_000 };

  test("count renewals by how they went, and what was left of the lease when one was confirmed", async () => {
    const answers: (() => Promise<RenewReply>)[] = [
      async () => ({ tag: "renewed", lease }),
      async () => ({ tag: "lost" }),
      () => Promise.reject(new Error("no answer")),
    ];
    const recorder = createRecorder("worker", "shop");
    const real = { renew: () => answers.shift()?.() } as unknown as LeaseStore;
    const leases = meterLeases(real, { recorder, clock: systemClock });
    await leases.renew(lease, 10_000);
    await leases.renew(lease, 10_000);
    await expect(leases.renew(lease, 10_000)).rejects.toThrow("no answer");
    const seen = await recorder.read();
    expect(counted(seen, "runfleet_lease_renewals_total")).toEqual({ renewed: 1, lost: 1, failed: 1 });
    const margin = seen.find(({ name }) => name === "runfleet_lease_margin_seconds")?.series[0]?.histogram;
    expect(margin).toMatchObject({ count: 1 });
    expect(margin?.sum).toBeGreaterThan(0);
    expect(margin?.sum).toBeLessThanOrEqual(4);
  });

  test("a lost lease is counted with its reason, and told on", async () => {
    const recorder = createRecorder("worker", "shop");
    let lose: Parameters<LeaseKeeper["keep"]>[1]["onLost"] = () => {};
    const real = {
      keep(_lease, { onLost }) {
        lose = onLost;
      },
    } as Partial<LeaseKeeper> as LeaseKeeper;
    const told: string[] = [];
    const watch = {
      hold: () => "held" as const,
      onLost: (reason: string) => void told.push(reason),
      onBeat: () => {},
    };
    meterKeeper(real, { recorder, clock: systemClock }).keep(lease, watch);
    lose("overdue");
    expect(told).toEqual(["overdue"]);
    expect(counted(await recorder.read(), "runfleet_leases_lost_total")).toEqual({ overdue: 1 });
  });
});
