import { describe, expect, it } from "vitest";
import { type Cause, causes, explain, type Situation } from "./explanation.js";
import { limits } from "./limits.js";
import type { BlockedOn, RunRecord } from "./run.js";
import { zeroTotals } from "./usage.js";
import type { WorkerPresence } from "./worker-presence.js";

const now = 1_000_000;

const record: RunRecord = {
  ...{ id: "R", workflow: "w", definitionHash: "h", rootId: "R", depth: 0, inputs: {}, dryRun: false },
  ...{ failFast: true, stepTimeoutMs: 1, pluginDirs: [], triggeredByHook: false, pool: "gpu", createdAt: 0 },
  ...{ status: "pending", generation: 1, recoveries: 0, blockedOn: [], totals: zeroTotals() },
};

const worker: WorkerPresence = {
  ...{ id: "w1", pid: 1, host: "h", pools: ["gpu"], slots: 4, busy: 0, version: "1", lastSeen: now },
};

function explained(run: Partial<RunRecord>, situation: Partial<Omit<Situation, "run">> = {}) {
  return explain({ run: { ...record, ...run }, workers: [worker], dueAt: undefined, now, ...situation });
}

const waiting = (...blockedOn: BlockedOn[]) => explained({ status: "waiting", blockedOn });

const gate = (gateType: string, name = "ok"): Extract<BlockedOn, { type: "gate" }> => ({
  ...{ type: "gate", address: "b.0", name, gateType, deadline: 2 * now, since: now },
});
const child: BlockedOn = { type: "child", address: "b.1", childRunId: "C", workflow: "kid" };
const sleep: BlockedOn = { type: "sleep", address: "b.2", name: "nap", until: 2 * now };
const items: BlockedOn = {
  ...{ type: "items", address: "b.3", name: "all", running: 2, done: 3, total: 9 },
};
const retry: BlockedOn = { type: "retry", address: "b.4", name: "push", attempt: 2, until: 2 * now };
const owner = { owner: "w1", status: "running", heartbeatAt: now - 1_000 } as const;

const cases: Readonly<Record<Cause, readonly [ReturnType<typeof explain>, RegExp, RegExp]>> = {
  completed: [explained({ status: "completed" }), /has completed/, /show R/],
  crash_loop: [
    explained({ status: "failed", error: { code: "crash_loop", message: "6 workers died" } }),
    /given up: 6 workers died/,
    /retry R/,
  ],
  failed: [
    explained({
      status: "failed",
      error: { code: "step_failed", message: "no disk" },
      parentId: "P",
      rootId: "P",
    }),
    /has failed: no disk/,
    /retry P/,
  ],
  cancelled: [
    explained({ status: "cancelled", cancel: { by: "ann", reason: "enough", at: 1 } }),
    /cancelled by ann: enough/,
    /start it again/,
  ],
  owner_silent: [
    explained({ ...owner, heartbeatAt: now - 60_000 }),
    /w1 has it and has not been heard of for 60 s/,
    /takes it over/,
  ],
  cancelling: [explained({ ...owner, status: "cancelling" }), /being cancelled/, /terminate R/],
  running: [explained(owner), /moving: worker w1 has it, heard of 1 s ago/, /watch R/],
  limit: [
    explained(
      { status: "pending" },
      { permitWait: { workflow: "w", key: "acme", limit: 5, held: 5, holders: ["A", "B"], before: 3 } },
    ),
    /5 runs of workflow "w" with key "acme" may be worked on at once, 5 are \(A, B, …\), and 3 come before it/,
    /limit set w --per-key N/,
  ],
  no_worker: [
    explained({}, { workers: [{ ...worker, pools: ["cpu"] }] }),
    /no worker .* pool "gpu"/,
    /--pools gpu/,
  ],
  delayed: [explained({ readyAt: now + 1 }), /begins at 1970-01-01T00:16:40.001/, /nothing/],
  suspect: [
    explained({ ...owner, heartbeatAt: now - 60_000, recoveries: limits.suspectRecoveries - 1 }),
    /2 workers in a row died/,
    /logs/,
  ],
  pool_paused: [
    explained({}, { isPoolPaused: true, workers: [{ ...worker, busy: 4 }] }),
    /pool "gpu" is paused/,
    /resume the pool/,
  ],
  pool_full: [
    explained({}, { workers: [{ ...worker, busy: 4 }] }),
    /all 4 slots of pool "gpu"/,
    /more workers/,
  ],
  queued: [explained({}, { dueAt: now }), /ready/, /within seconds/],
  gate: [waiting(gate("human_review")), /a person at gate "ok" since .* until/, /approve R ok/],
  in_doubt: [
    waiting({ ...gate("in_doubt", "charge"), prompt: "Did step 'charge' have its effect?" }),
    /"charge" is in doubt since .* Did step 'charge' have its effect\?$/,
    /approve R charge --select retry.*--select done --result JSON.*--select fail/,
  ],
  signal: [waiting(gate("signal")), /signal "ok" at gate "ok"/, /signal R ok`/],
  poll: [waiting(gate("pr_checks")), /resolver of "pr_checks"/, /resolver/],
  child: [waiting(child), /waits for run C of workflow "kid"/, /explain C/],
  items: [waiting(items), /"all" has 3 of 9 items done and waits for 2/, /show R/],
  retry: [waiting(retry), /"push" failed and is attempted again at/, /nothing/],
  sleep: [waiting(sleep), /sleeps until/, /nothing/],
  unknown: [explained({ status: "waiting" }), /nothing says/, /events R/],
};

describe("why a run is not moving", () => {
  it.each(causes)("%s is a cause with a sentence and a remedy", (cause) => {
    const [explanation, sentence, remedy] = cases[cause];
    expect(explanation.cause).toBe(cause);
    expect(explanation.sentence).toMatch(sentence);
    expect(explanation.remedy).toMatch(remedy);
  });

  it("names the most important of several waits", () => {
    expect(waiting(sleep, child, gate("human_review")).cause).toBe("gate");
    expect(waiting(retry, items).cause).toBe("items");
  });

  it("says so when a run failed without a reason, and sends its own id where it has no parent", () => {
    expect(explained({ status: "failed" })).toMatchObject({
      cause: "failed",
      sentence: "it has failed: no reason was recorded",
      remedy: expect.stringContaining("retry R"),
    });
  });

  it("takes an owner that was never heard of for silent", () => {
    expect(explained({ owner: "w1", status: "running" }, { now: 120_000 })).toMatchObject({
      cause: "owner_silent",
      sentence: "worker w1 has it and has not been heard of for 120 s",
    });
  });

  it("does not take a run for a suspect while its owner is heard of, or nobody is there who could take it", () => {
    const suspect = { ...owner, recoveries: limits.suspectRecoveries };
    expect(explained(suspect).cause).toBe("running");
    expect(explained({ ...suspect, heartbeatAt: now - 60_000 }, { workers: [] }).cause).toBe("owner_silent");
  });

  it("names a pause only to a run that wants a worker", () => {
    const paused = { isPoolPaused: true };
    expect(explained({ status: "waiting", blockedOn: [child] }, paused).cause).toBe("child");
    expect(explained({ ...owner, heartbeatAt: now }, paused).cause).toBe("running");
    expect(explained({}, { ...paused, workers: [] }).cause).toBe("pool_paused");
  });

  it("takes a run for delayed until its time has come, whatever a sweeper has told of it", () => {
    const full = { workers: [{ ...worker, busy: 4 }] };
    expect(explained({}, { ...full, dueAt: now + 60_000 }).cause).toBe("pool_full");
    expect(explained({ readyAt: now }, full).cause).toBe("pool_full");
    expect(explained({ readyAt: now + 1 }, full).cause).toBe("delayed");
  });

  it("takes a cancelled run that nobody has for ready once it is due, and for stopping before", () => {
    const parked = { status: "cancelling", blockedOn: [child] } as const;
    expect(explained(parked, { dueAt: now }).cause).toBe("queued");
    expect(explained(parked).cause).toBe("cancelling");
  });

  it("names the question that the always block of a cancelled run waits for, while no worker is at it", () => {
    const asking = { status: "cancelling", blockedOn: [child, gate("in_doubt", "charge")] } as const;
    expect(explained(asking)).toMatchObject({
      cause: "in_doubt",
      remedy: expect.stringContaining("approve R charge --select retry"),
    });
    expect(explained({ ...owner, ...asking }).cause).toBe("cancelling");
  });
});
