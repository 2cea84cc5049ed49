// What a snapshot holds: workflows, what their actions do, what is started from them and how far each has come. Each run is brought
// to a place where the next version has to go on. Written so that the same scene gives the same data: one thing after the other.
import { setTimeout as pause } from "node:timers/promises";

/**
 * @typedef {import("@runfleet/client").FleetClient} FleetClient
 * @typedef {import("@runfleet/worker").WorkerConfig} WorkerConfig
 * @typedef {import("@runfleet/worker").ActionContext<Record<string, string>>} Context
 */

export const namespace = "rf";
export const secretKeys = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
export const secret = "the-key-of-the-vault";
/** Pool whose worker has gone before the snapshot is taken. */
export const laterPool = "later";
const month = "30d";

/** The parents after what they call. */
const workflows = [
  `workflow piece { inputs { id required } call weigh gate human_approval { prompt = "{{id}}?" timeout = "${month}" } call wrap }`,
  `workflow parked { meta { title = "Waits for a person" } inputs { order required } call prepare
     gate human_review { prompt = "Ship {{order}}?" options = { now = "Ship now" later = "Tomorrow" } timeout = "${month}" }
     call finish always { call tidy } }`,
  `workflow looped { do { max_iterations = 4 call fix
     gate human_approval { prompt = "Again?" timeout = "${month}" } call check } while check.again }`,
  `workflow imported { foreach pieces { over = range filter = { from = "1" to = "4" } workflow = piece max_parallel = 2
     inputs = { id = "{{item.id}}" } } call finish }`,
  `workflow family { call prepare call workflow piece { inputs { id = "only" } } if piece.wrapped { call finish } }`,
  `workflow limited { meta { concurrency = { key = "{{tenant}}" limit = 1 total = 5 } } inputs { tenant required } call held_work }`,
  "workflow charge { call prepare call held_pay }",
  `workflow vault { inputs { key secret } call prepare gate human_approval { timeout = "${month}" } call open_vault }`,
  'workflow nap { call prepare sleep rest { for = "5s" } call finish }',
  `workflow signalled { gate paid { type = signal timeout = "${month}" } call finish }`,
  'workflow flaky { call flaky { retries = 2 retry_delay = "5s" } call finish }',
  "workflow branchy { parallel both { call quick call held_branch } call finish }",
  `workflow done { call prepare script say { run = "echo out; echo err >&2" } call check call finish }`,
  "workflow broken { call prepare call broken_until_later call finish }",
  `workflow stopped { gate human_approval { timeout = "${month}" } always { call tidy } }`,
  'workflow short { inputs { note default = "none" } call quick }',
];

/** Published when runs of the version before are open. */
const newVersion = `workflow parked { inputs { order required } call other gate human_approval { timeout = "${month}" } }`;

/** What an action hands on, by its name; all others hand on that they were done. */
const results = /** @type {Readonly<Record<string, (context: Context) => object>>} */ ({
  check: ({ address }) => ({
    markers: /@[01](\.|$)/.test(address) ? ["again"] : [],
    context: "looked at it",
  }),
  wrap: () => ({ markers: ["wrapped"], output: { size: "small" } }),
  prepare: () => ({
    ...{ context: "all is there", output: { place: "shelf 3" } },
    usage: { costUsd: 0.25, turns: 2, inputTokens: 100, outputTokens: 20 },
  }),
});

/**
 * One action for every call, by its name: `held_…` wait until they are let go, `flaky` fails at its first attempt,
 * `broken_until_later` while it is held. `noted` hears of what is begun, and what a secret was.
 * @param {{ noted: (line: string) => void, isHeld: () => boolean }} world
 * @returns {WorkerConfig}
 */
export function configOf({ noted, isHeld }) {
  const run = async (/** @type {Context} */ context) => {
    const { action, runId, attempt, signal, variables, log } = context;
    noted(`${runId} ${action}`);
    log.info(`${action} begins`);
    if (action === "flaky" && attempt === 1) throw new Error("the first attempt fails");
    if (action === "broken_until_later" && isHeld()) throw new Error("not today");
    if (action === "open_vault") noted(`${runId} key=${variables["key"]}`);
    while (action.startsWith("held_") && isHeld()) await pause(20, undefined, { signal });
    return results[action]?.(context) ?? { markers: ["done"] };
  };
  return {
    actions: [{ name: "held_pay", effect: /** @type {const} */ ("at-most-once"), run }],
    fallback: { name: "any", run },
  };
}

/**
 * @typedef {{ fleet: FleetClient, loseLease: (runId: string) => void, wake: (runId: string) => Promise<unknown>, sleeps: (runId: string, pool: string) => Promise<boolean>, stopLater: () => Promise<void>, begun: (line: string) => boolean }} Stage
 */

/** Starts everything and resolves when each run stands where it should. @param {Stage} stage */
export async function playScene(stage) {
  const { fleet } = stage;
  await fleet.publish(workflows.map((source) => ({ source })));
  await waitForPeople(stage);
  await leaveInHand(stage);
  await end(stage);
  await leaveBehind(stage);
  await settings(stage);
}

/** Runs that nobody owns. @param {Stage} stage */
async function waitForPeople(stage) {
  const { fleet } = stage;
  const start = { inputs: { order: "A1" }, label: "order A1", idempotencyKey: "key of A1" };
  await parked(stage, await fleet.start("parked", start));
  await fleet.publish([{ source: newVersion }]);
  const looped = await fleet.start("looped");
  await parked(stage, looped);
  await fleet.approve(looped.id, "human_approval", { feedback: "once more" });
  await until(
    "its second round waits",
    async () => (await looped.get()).steps.filter(({ name }) => name === "human_approval").length === 2,
  );
  await parked(stage, looped);
  const imported = await fleet.start("imported");
  const first = await until("a piece waits", async () =>
    (await fleet.gates()).gates.find(({ prompt }) => prompt === "1?"),
  );
  await until("so does the second", async () =>
    (await fleet.gates()).gates.find(({ prompt }) => prompt === "2?"),
  );
  await fleet.approve(first.runId);
  await until("and the third", async () => (await fleet.gates()).gates.find(({ prompt }) => prompt === "3?"));
  await parked(stage, imported);
  const family = await fleet.start("family");
  await until("its child waits", async () =>
    (await fleet.gates()).gates.find(({ prompt }) => prompt === "only?"),
  );
  await parked(stage, family);
  for (const name of ["nap", "signalled", "flaky"]) await parked(stage, await fleet.start(name));
  await parked(stage, await fleet.start("vault", { inputs: { key: secret } }));
}

/** A snapshot is read up to a day after its moment. */
const inHand = { stepTimeoutMs: 3 * 86_400_000 };

/** Runs whose worker dies with the snapshot. @param {Stage} stage */
async function leaveInHand(stage) {
  const { fleet, begun, loseLease, wake, sleeps } = stage;
  const doubtful = await fleet.start("charge", { ...inHand, label: "twice?" });
  await until("it pays", () => begun(`${doubtful.id} held_pay`));
  await until("and has said so", async () => (await doubtful.readLog({ step: "held_pay" })).lines[0]);
  loseLease(doubtful.id);
  // Its job comes back when the lease can be over, and the clock stands still.
  await until("its job comes back later", () => sleeps(doubtful.id, "default"));
  await wake(doubtful.id);
  await until(
    "a person is asked whether it has paid",
    async () => (await fleet.gates({ runId: doubtful.id })).gates[0],
  );
  await parked(stage, doubtful);
  for (const [name, action] of [
    ["charge", "held_pay"],
    ["branchy", "held_branch"],
  ]) {
    const run = await fleet.start(String(name), inHand);
    await until("it is in the middle", () => begun(`${run.id} ${action}`));
    await until("and has said so", async () => (await run.readLog({ step: String(action) })).lines[0]);
  }
  const acme = { ...inHand, inputs: { tenant: "acme" } };
  const held = await fleet.start("limited", acme);
  await until("it works, and has said so", async () => (await held.readLog()).lines[0]);
  for (let waiting = 0; waiting < 2; waiting += 1) await fleet.start("limited", acme);
  await fleet.setLimit("short", { concurrency: 5, rate: { limit: 100, perMs: 60_000, burst: 10 } });
}

/** Runs that have ended each way. @param {Stage} stage */
async function end(stage) {
  const { fleet } = stage;
  const later = { pool: laterPool };
  await fleet.result((await fleet.start("done", { ...later, label: "done it" })).id, { timeoutMs: 20_000 });
  await fleet.result((await fleet.start("broken", later)).id, { timeoutMs: 20_000 });
  const stopped = await fleet.start("stopped", later);
  await parked(stage, stopped);
  await fleet.cancel(stopped.id, { reason: "not needed" });
  await fleet.result(stopped.id, { timeoutMs: 20_000 });
}

/** Runs that have something to do, in a pool without workers. @param {Stage} stage */
async function leaveBehind(stage) {
  const { fleet, stopLater } = stage;
  const answered = await fleet.start("parked", { inputs: { order: "A2" }, pool: laterPool });
  await parked(stage, answered);
  const cancelled = await fleet.start("stopped", { pool: laterPool });
  await parked(stage, cancelled);
  await stopLater();
  await fleet.approve(answered.id);
  await fleet.cancel(cancelled.id);
  await fleet.start("short", { pool: laterPool, priority: 5, inputs: { note: "first of all" } });
  await fleet.start("short", { pool: laterPool, delayMs: 5_000 });
  const [{ id } = { id: "" }] = (await fleet.list({ workflow: "done" })).runs;
  await fleet.fork(id, { from: "check" });
}

/** What people have set. @param {Stage} stage */
async function settings({ fleet }) {
  const pool = { pool: laterPool };
  await fleet.schedule("nightly", {
    ...pool,
    workflow: "short",
    cron: "0 3 * * *",
    timezone: "Europe/Berlin",
    inputs: { note: "by night" },
  });
  await fleet.schedule("hourly", { ...pool, workflow: "short", everyMs: 3_600_000 });
  await fleet.fireSchedule("hourly");
  await fleet.pauseSchedule("hourly");
  await fleet.setScaling(laterPool, { max: 4 });
}

/** Resolves when nobody owns the run and its job lies still, so that what comes next wakes it once. @param {Stage} stage @param {{ id: string }} run */
function parked({ fleet, sleeps }, { id }) {
  return until(`${id} is parked`, async () => {
    const { status, owner, pool } = await fleet.get(id);
    return status === "waiting" && owner === null && (await sleeps(id, pool));
  });
}

/**
 * The first answer that is something. @template T @param {string} what @param {() => T | Promise<T>} look
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, look) {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await pause(10);
  }
}
