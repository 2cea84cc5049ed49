import type { Definition, QueueJob, RunRecord, ScheduleSpec } from "@runfleet/model";
import { newRootRun, zeroTotals } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import { createMemoryLeases, createMemoryStore, createSecretBox, definitionHash } from "@runfleet/store";
import { beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../../test/support/silent-log.js";
import type { Clock } from "../clock.js";
import { createDefinitions } from "../definitions.js";
import type { SchedulePorts } from "./fire-schedule.js";
import { createTicker } from "./ticker.js";

const start = 1_800_000_000_000;
let now: number;
let timers: { readonly at: number; readonly then: () => void }[];
let store: ReturnType<typeof createMemoryStore>;
let added: QueueJob[];
let warnings: { readonly message: string; readonly facts: unknown }[];
let ports: SchedulePorts;

const clock: Clock = {
  now: () => now,
  monotonic: () => now,
  after(delayMs, then) {
    const timer = { at: now + delayMs, then };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  },
  every: () => () => undefined,
};
const tidy: Definition = {
  ...{ name: "tidy", description: "", trigger: "scheduled", targets: [], body: [], always: [] },
  inputs: [{ name: "deep", type: "boolean", required: false }],
};
const spec: ScheduleSpec = {
  ...{ workflow: "tidy", inputs: {}, everyMs: 10_000, timezone: "UTC" },
  ...{ overlap: "allow", catchUpMs: 60_000, catchUp: "all" },
};

beforeEach(() => {
  now = start;
  timers = [];
  added = [];
  warnings = [];
  store = createMemoryStore({ now: clock.now });
  const queue = createMemoryQueue({ now: clock.now });
  const warn = (message: string, facts?: unknown) => void warnings.push({ message, facts });
  const add = async (job: QueueJob): Promise<void> => {
    added.push(job);
    await queue.add(job);
  };
  ports = {
    ...{ store, queue: { ...queue, add }, definitions: createDefinitions(store), now: clock.now },
    ...{ secrets: createSecretBox({ namespace: "rf" }), namespace: "rf", log: { ...silentLog, warn } },
  };
});

async function publish(definition: Definition): Promise<void> {
  const json = JSON.stringify(definition);
  await store.publish([{ name: definition.name, hash: definitionHash(json), json }]);
}

async function put(members: Partial<ScheduleSpec> = {}, name = "nightly"): Promise<void> {
  await publish(tidy);
  await store.putSchedule({ name, spec: { ...spec, ...members }, dueAt: start + 10_000 });
}

/** A worker that lives until nothing is left to do at this time. */
async function tick(worker: SchedulePorts = ports): Promise<void> {
  const ticker = createTicker({ ports: worker, clock, lookMs: 60_000 });
  await expect.poll(() => timers.length, { interval: 1 }).toBe(1);
  await ticker.stop();
}

async function tickAt(seconds: number, worker?: SchedulePorts): Promise<void> {
  now = start + seconds * 1_000;
  await tick(worker);
}

async function read(name = "nightly") {
  const schedule = await store.readSchedule(name);
  if (schedule === undefined) throw new Error("it is gone");
  return schedule;
}

/** What became of the due times, the first first: seconds after the start and the outcome. */
async function firings(name = "nightly"): Promise<string[]> {
  const all = await store.listFirings({ name, limit: 100 });
  return all.toReversed().map(({ dueAt, outcome, missed }) => {
    return `${(dueAt - start) / 1_000} ${outcome}${missed === undefined ? "" : ` ${missed}`}`;
  });
}

async function runs(): Promise<readonly RunRecord[]> {
  return (await store.listRuns({ limit: 100 })).rows;
}

/** Takes the newest run and ends it. */
async function endLastRun(): Promise<void> {
  const { lastRunId: runId = "" } = await read();
  const leases = createMemoryLeases({ now: clock.now, store });
  const taken = await leases.acquire(runId, 10_000);
  if (taken.tag !== "held") throw new Error("the lease is busy");
  const request = { runId, leaseToken: taken.lease.token, owner: "w", recoveriesMax: 5 };
  const reply = await store.activate(request);
  if (reply.tag !== "activated") throw new Error(reply.tag);
  await store.finish({
    ...{ fence: reply.activation.fence, commitId: "c", parts: { set: {}, remove: [] }, steps: [] },
    ...{ facts: [], outbox: [], outboxDone: [], inboxSeen: 0, totals: zeroTotals() },
    ...{ gatesOpened: [], gatesClosed: [], status: "completed", summary: "", retentionMs: 60_000 },
  });
}

describe("a schedule that is due", () => {
  it("starts a run that says so, puts it into the queue, and stands at the next due time", async () => {
    await put({ label: "by night", pool: "gpu", priority: 7 });
    await tickAt(9);
    expect(await runs()).toEqual([]);
    await tickAt(10);
    expect(await runs()).toMatchObject([
      {
        ...{ workflow: "tidy", schedule: "nightly", scheduledFor: start + 10_000, inputs: { deep: "false" } },
        ...{ label: "by night", pool: "gpu", priority: 7, createdAt: start + 10_000 },
      },
    ]);
    expect(added).toMatchObject([{ workflow: "tidy", pool: "gpu", label: "by night", priority: 7 }]);
    expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([]);
    expect(await read()).toMatchObject({ dueAt: start + 20_000, lastRunId: added[0]?.runId });
    await tickAt(15);
    expect(await firings()).toEqual(["10 started"]);
  });

  it("starts one run when many workers look at once", async () => {
    await put();
    now = start + 10_000;
    const tickers = Array.from({ length: 20 }, () => createTicker({ ports, clock, lookMs: 60_000 }));
    await Promise.all(tickers.map((ticker) => ticker.stop()));
    expect(await runs()).toHaveLength(1);
  });

  it("is fired by another worker when the first dies between the run and the next due time, with the same run", async () => {
    await put();
    const dying = { ...ports, store: { ...store, moveSchedule: () => Promise.reject(new Error("killed")) } };
    await tickAt(10, dying);
    expect(await runs()).toHaveLength(1);
    expect((await read()).dueAt).toBe(now);
    await tickAt(14);
    expect(await runs()).toHaveLength(1);
    expect(await firings()).toEqual(["10 started"]);
  });

  it("whose run exists is not missed, however long its worker was dead", async () => {
    await put({ endAt: start + 10_000 });
    const dying = { ...ports, store: { ...store, moveSchedule: () => Promise.reject(new Error("killed")) } };
    await tickAt(10, dying);
    await tickAt(3_600);
    expect(await firings()).toEqual(["10 started"]);
    expect(await read()).toMatchObject({ missed: 0 });
  });

  it("is left alone by a worker that comes late with what it knew", async () => {
    await put();
    const stale = { schedules: [await read()] };
    await tickAt(10);
    expect(await runs()).toHaveLength(1);
    await store.removeSchedule("nightly");
    let claims = 0;
    const claimSchedules = async () => (claims++ === 0 ? stale : { schedules: [] });
    await tickAt(11, { ...ports, store: { ...store, claimSchedules } });
    expect(await runs()).toHaveLength(1);
  });
});

describe("due times that passed while nobody was there", () => {
  it("are made up inside the window, the others are counted", async () => {
    await put({ catchUpMs: 25_000 });
    await tickAt(52);
    expect(await firings()).toEqual(["10 missed 2", "30 started", "40 started", "50 started"]);
    expect(await read()).toMatchObject({ missed: 2, dueAt: start + 60_000 });
    expect(warnings).toMatchObject([{ facts: { schedule: "nightly", missed: 2 } }]);
  });

  it("are all missed but the latest where only that is wanted", async () => {
    await put({ catchUp: "latest" });
    await tickAt(52);
    expect(await firings()).toEqual(["10 missed 4", "50 started"]);
  });

  it("are missed when the whole window has passed", async () => {
    await put({ catchUpMs: 0 });
    await tickAt(52);
    expect(await firings()).toEqual(["10 missed 5"]);
    expect(await runs()).toEqual([]);
  });
});

describe("while the last run has not ended", () => {
  it("skip starts none until it has", async () => {
    await put({ overlap: "skip" });
    for (const seconds of [10, 20, 30]) await tickAt(seconds);
    expect(await firings()).toEqual(["10 started", "20 skipped", "30 skipped"]);
    const { lastRunId, lastFiring } = await read();
    expect(lastFiring?.runId).toBe(lastRunId);
    await endLastRun();
    await tickAt(40);
    expect(await firings()).toContain("40 started");
  });

  it("allow starts one beside it", async () => {
    await put({ overlap: "allow" });
    for (const seconds of [10, 20]) await tickAt(seconds);
    expect(await runs()).toHaveLength(2);
  });

  it("cancel cancels it and starts one", async () => {
    await put({ overlap: "cancel" });
    await tickAt(10);
    const { lastRunId: first = "" } = await read();
    await tickAt(20);
    expect(await store.readRun(first)).toMatchObject({
      cancel: { by: "schedule nightly", reason: "the schedule is due again" },
    });
    expect(await firings()).toEqual(["10 started", "20 started"]);
  });

  it("cancel gives the place of a limit that the last one had to the next in line, which is woken at once", async () => {
    await put({ overlap: "cancel" });
    await store.setLimit({ workflow: "tidy", total: 1 });
    await tickAt(10);
    const next = newRootRun({ definition: tidy, hash: "h" }, { inputs: {} }, { id: "BY-HAND", now });
    expect(await store.createRun(next)).toMatchObject({ isInLine: true });
    await tickAt(20);
    expect(added.map(({ runId }) => runId)).toContain("BY-HAND");
  });
});

describe("a run that cannot be started", () => {
  it("is an error of its schedule, which goes on, and of no other", async () => {
    await put({}, "good");
    await put({ workflow: "gone" });
    await put({ inputs: { deep: "maybe" } }, "wrong");
    await tickAt(10);
    expect(await read()).toMatchObject({
      error: { code: "workflow_not_found", message: 'workflow "gone" is not published' },
      dueAt: start + 20_000,
      lastFiring: { outcome: "failed" },
    });
    expect(await read("wrong")).toMatchObject({ error: { code: "invalid_input" } });
    expect(await firings("good")).toEqual(["10 started"]);
    expect(warnings).toHaveLength(2);
    await publish({ ...tidy, name: "gone" });
    await tickAt(20);
    expect(await read()).not.toHaveProperty("error");
  });

  it("for the store's sake is tried again when the claim is over", async () => {
    await put();
    const createDueRun = () => Promise.reject(new Error("the store is away"));
    await tickAt(10, { ...ports, store: { ...store, createDueRun } });
    expect(await firings()).toEqual([]);
    await tickAt(12);
    expect(await firings()).toEqual([]);
    await tickAt(13);
    expect(await firings()).toEqual(["10 started"]);
  });

  it("into a queue that is away is there, and a sweeper finds it", async () => {
    await put();
    const queue = { ...ports.queue, add: () => Promise.reject(new Error("the queue is away")) };
    await tickAt(10, { ...ports, queue });
    expect(await firings()).toEqual(["10 started"]);
    expect(await store.wakeable({ limit: 10 })).toHaveLength(1);
  });
});

describe("the ticker", () => {
  const slept = async () => {
    const ticker = createTicker({ ports, clock, lookMs: 60_000 });
    await expect.poll(() => timers.length).toBe(1);
    const wakesAt = Number(timers[0]?.at) - now;
    await ticker.stop();
    expect(timers).toEqual([]);
    return wakesAt;
  };

  it("sleeps until the next due time, and not longer than it may", async () => {
    expect(await slept()).toBe(60_000);
    await put();
    expect(await slept()).toBe(10_000);
    await store.pauseSchedule({ name: "nightly", by: "ops" });
    expect(await slept()).toBe(60_000);
  });

  it("sleeps and looks again when the store is away", async () => {
    ports = { ...ports, store: { ...store, claimSchedules: () => Promise.reject(new Error("away")) } };
    expect(await slept()).toBe(60_000);
    expect(warnings).toHaveLength(1);
  });
});
