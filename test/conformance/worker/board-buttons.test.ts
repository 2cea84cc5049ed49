/**
 * What the board's buttons do to runs, with a real worker: each is pressed while runs wait, are ready, run or have ended, and every
 * run must come out right. And what BullMQ could do besides, by the hands of another board.
 */
import type { RunHandle } from "@runfleet/client";
import type { HistoryEvent, RunStatus } from "@runfleet/model";
import { openBoardQueues, type PoolQueue } from "@runfleet/queue";
import { connectRedis, partitionTag } from "@runfleet/store";
import { defineAction } from "@runfleet/worker";
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { type BoardFleet, openBoardFleet } from "../../support/board-fleet.js";
import { deferred } from "../../support/worker/one-worker.js";

const workflows = [
  'workflow gated { script before { run = "echo 1" } gate human_approval { timeout = "1h" } script after { run = "echo 2" } }',
  'workflow short { script only { run = "echo 1" } }',
  'workflow sleepy { sleep nap { for = "1h" } }',
  'workflow dozing { sleep nap { for = "1500ms" } }',
  'workflow held { call hold script after { run = "echo 2" } }',
  "workflow parent { call workflow gated }",
  "workflow broken_family { call workflow fragile }",
  'workflow fragile { script before { run = "echo 1" } call brittle script after { run = "echo 2" } }',
];

let holding = deferred();
let isBroken = true;
const hold = defineAction({
  name: "hold",
  run: async () => {
    await holding.promise;
    return {};
  },
});
const brittle = defineAction({
  name: "brittle",
  run: () => (isBroken ? Promise.reject(new Error("still broken")) : Promise.resolve({})),
});

let board: BoardFleet;
let queue: PoolQueue;
let closeQueue: () => Promise<void>;
beforeAll(async () => {
  const redisUrl = inject("redisUrl");
  board = await openBoardFleet(redisUrl, { workflows, config: { actions: [hold, brittle] } });
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(board.namespace, 0) });
  const queues = openBoardQueues({
    connection: redis,
    tag: partitionTag(board.namespace, 0),
    onError: () => {},
  });
  queue = queues.queue("default");
  closeQueue = async () => {
    await queues.close();
    redis.disconnect();
  };
});
beforeEach(() => {
  holding = deferred();
  isBroken = true;
});
afterAll(async () => {
  await closeQueue?.();
  await board?.close();
});

const press = (path: string) => board.ask("PUT", `/queues/default${path}`);
const start = async (workflow: string, status: RunStatus): Promise<RunHandle> => {
  const run = await board.fleet.start(workflow);
  await reach(run, status);
  return run;
};
const reach = (run: RunHandle, status: RunStatus): Promise<void> =>
  expect.poll(async () => (await run.get()).status, { timeout: 30_000 }).toBe(status);
const stateOf = async (run: RunHandle): Promise<string | undefined> =>
  (await board.ask("GET", `/queues/default/${run.id}`)).body.status;
const gone = async (run: RunHandle): Promise<boolean> => (await stateOf(run)) === undefined;
const stepsOf = async (run: RunHandle): Promise<readonly string[]> =>
  (await run.get()).steps.map(({ name, attempt, status }) => `${name}#${attempt} ${status}`);
/** Until its job is where BullMQ keeps those that wait for a time. */
const parked = (run: RunHandle): Promise<void> => expect.poll(() => stateOf(run)).toBe("delayed");
const gatedSteps = ["before#1 completed", "human_approval#1 completed", "after#1 completed"];

test("delete takes a waiting run's job and nothing of the run", async () => {
  const run = await start("gated", "waiting");
  await parked(run);
  expect((await press(`/${run.id}/clean`)).status).toBe(204);
  expect(await gone(run)).toBe(true);
  expect((await run.get()).status).toBe("waiting");
  await run.approve();
  await reach(run, "completed");
  expect(await stepsOf(run)).toEqual(gatedSteps);
});

test("delete does not lose a run that is to start later", async () => {
  const run = await board.fleet.start("short", { delayMs: 1_500 });
  expect((await press(`/${run.id}/clean`)).status).toBe(204);
  expect(await gone(run)).toBe(true);
  await reach(run, "completed");
});

test("pause holds ready runs back, and a deleted ready job comes back to its run", async () => {
  const waiting = await start("gated", "waiting");
  const held = await start("held", "running");
  expect((await press("/pause")).status).toBe(200);
  const [kept, deleted] = [await board.fleet.start("short"), await board.fleet.start("short")];
  await waiting.approve();
  holding.resolve();
  await reach(held, "completed");
  expect((await press(`/${deleted.id}/clean`)).status).toBe(204);
  await expect.poll(() => gone(deleted)).toBe(false);
  for (const run of [kept, deleted, waiting]) expect((await run.get()).status).toBe("pending");
  expect((await press("/resume")).status).toBe(200);
  for (const run of [kept, deleted, waiting]) await reach(run, "completed");
  expect(await stepsOf(waiting)).toEqual(gatedSteps);
});

test("the job in a worker's hands is not deleted, and its run goes on", async () => {
  const run = await start("held", "running");
  const { status, body } = await press(`/${run.id}/clean`);
  expect([status, body.error.key]).toEqual([409, "ERRORS.JOB_IS_ACTIVE"]);
  holding.resolve();
  await reach(run, "completed");
  expect(await stepsOf(run)).toEqual(["hold#1 completed", "after#1 completed"]);
});

test("promote lets a worker look, and ends neither a sleep nor a gate", async () => {
  const runs = [await start("sleepy", "waiting"), await start("gated", "waiting")];
  for (const run of runs) {
    await parked(run);
    const { blockedOn, generation } = await run.get();
    expect((await press(`/${run.id}/promote`)).status).toBe(204);
    await expect.poll(async () => (await run.get()).generation).toBeGreaterThan(generation);
    await reach(run, "waiting");
    expect((await run.get()).blockedOn).toEqual(blockedOn);
  }
  const done = await start("short", "completed");
  await expect.poll(() => stateOf(done)).toBe("completed");
  const { status, body } = await press(`/${done.id}/promote`);
  expect([status, body.error]).toEqual([409, "the job is in another state"]);
});

test("retry of a failed job lets its run go on from the failed step, by whoever pressed it", async () => {
  const run = await start("fragile", "failed");
  isBroken = false;
  expect((await press(`/${run.id}/retry`)).status).toBe(204);
  await reach(run, "completed");
  expect(await stepsOf(run)).toEqual([
    "before#1 completed",
    "brittle#1 failed",
    "brittle#2 completed",
    "after#1 completed",
  ]);
  const events: HistoryEvent[] = [];
  for await (const event of run.events()) events.push(event);
  expect(events).toContainEqual(expect.objectContaining({ type: "run.retried", by: "local" }));
  const again = await press(`/${run.id}/retry`);
  expect([again.status, again.body.code]).toEqual([409, "retry_refused"]);
});

test("a cleaned failed job is missed by nobody; retry all retries root runs; open jobs are not cleaned", async () => {
  const [cleaned, other] = [await start("fragile", "failed"), await start("fragile", "failed")];
  await expect.poll(async () => (await board.counts())["failed"]).toBe(2);
  await queue.clean(0, 0, "failed");
  expect(await gone(cleaned)).toBe(true);
  isBroken = false;
  await cleaned.retry();
  await other.retry();
  await reach(cleaned, "completed");
  await reach(other, "completed");
  isBroken = true;
  const failed = await start("fragile", "failed");
  const family = await start("broken_family", "failed");
  isBroken = false;
  await expect.poll(async () => (await board.counts())["failed"]).toBe(3);
  expect((await press("/retry/failed")).body).toEqual({ retried: 2, skipped: 1 });
  await reach(failed, "completed");
  await reach(family, "completed");
  expect((await press("/clean/failed")).status).toBe(200);
  const { status, body } = await press("/clean/delayed");
  expect([status, body.message]).toEqual([400, expect.stringContaining("cancel the runs instead")]);
});

test("a family survives that its jobs are deleted", async () => {
  const parent = await start("parent", "waiting");
  const [childId = ""] = (await parent.get()).children;
  const child = board.fleet.run(childId);
  await reach(child, "waiting");
  await parked(parent);
  expect((await press(`/${parent.id}/clean`)).status).toBe(204);
  expect([await gone(parent), await gone(child)]).toEqual([true, true]);
  await child.approve();
  await reach(parent, "completed");
  expect(await stepsOf(child)).toEqual(gatedSteps);
});

test("what BullMQ itself could do by other hands harms no run either", async () => {
  const failed = await start("fragile", "failed");
  const done = await start("short", "completed");
  const dozing = await start("dozing", "waiting");
  const job = async (run: RunHandle) => (await queue.getJob(run.id)) ?? expect.fail(`no job of ${run.id}`);
  await expect.poll(() => stateOf(failed)).toBe("failed");
  await expect.poll(() => stateOf(done)).toBe("completed");
  await (await job(failed)).retry("failed");
  await (await job(done)).retry("completed");
  await parked(dozing);
  await (await job(dozing)).changeDelay(86_400_000);
  await (await job(dozing)).updateData({ label: "not its label" });
  await queue.add("a job of nobody", {}, { jobId: "no-such-run" });
  await reach(dozing, "completed");
  await expect.poll(() => queue.getJob("no-such-run")).toBeUndefined();
  expect(await stepsOf(failed)).toEqual(["before#1 completed", "brittle#1 failed"]);

  const waiting = await start("gated", "waiting");
  const held = await start("held", "running");
  await queue.pause();
  const ready = await board.fleet.start("short");
  await queue.obliterate({ force: true });
  holding.resolve();
  await waiting.approve();
  for (const run of [held, ready, waiting]) await reach(run, "completed");
  expect(await stepsOf(held)).toEqual(["hold#1 completed", "after#1 completed"]);
  expect(await stepsOf(waiting)).toEqual(gatedSteps);
  expect((await done.get()).status).toBe("completed");
  expect(board.faults).toEqual([]);
});
