// A worker process on real Redis whose ports stand between it and a fault: it kills itself at one point, or hears no
// cancel messages. Assembled like the product's, which has no switch for any of this. Settings come as JSON in FAULTY.
import { writeSync } from "node:fs";
import { createRunQueue } from "@runfleet/queue";
import { connectRedis, createRedisStore, createRedlockLeases, partitionTag } from "@runfleet/store";
import { assembleWorker } from "@runfleet/worker";
import { configWith } from "./actions.mjs";
import { nameOf } from "./crash-points.mjs";

/**
 * @typedef {{
 *   redisUrl: string, namespace: string, ledger: string, workDir: string, name: string,
 *   leaseTtlMs: number, graceMs: number, sweepMs: number, concurrency: number,
 *   dieAt?: import("./crash-points.mjs").CrashPoint, isDeaf?: boolean,
 * }} Settings
 */

/** @type {Settings} */
const settings = JSON.parse(process.env["FAULTY"] ?? "{}");
const { namespace, leaseTtlMs, dieAt } = settings;

let calls = 0;
/** Around each call of one port's method. @param {string} port @param {string} method */
function pass(port, method) {
  if (dieAt === undefined || dieAt.port !== port || dieAt.method !== method) return () => {};
  calls += 1;
  const dies = calls === dieAt.nth;
  /** @param {"before" | "after"} side */
  return (side) => {
    if (!dies || side !== dieAt.side) return;
    writeSync(1, `dying ${nameOf(dieAt)}\n`);
    process.kill(process.pid, "SIGKILL");
  };
}

/** @template T @param {string} port @param {string} method @param {() => Promise<T>} call */
async function around(port, method, call) {
  const at = pass(port, method);
  at("before");
  const reply = await call();
  at("after");
  return reply;
}

/** @template {object} P @param {string} name @param {P} port @returns {P} */
function watched(name, port) {
  const wrapped = Object.entries(port).map(([method, call]) => [
    method,
    typeof call === "function"
      ? (/** @type {unknown[]} */ ...args) => around(name, method, async () => await call.apply(port, args))
      : call,
  ]);
  return /** @type {P} */ (Object.fromEntries(wrapped));
}

const tag = partitionTag(namespace, 0);
const redis = connectRedis(settings.redisUrl, { role: "worker", tag, name: `runfleet-${settings.name}` });
const leaseRedis = connectRedis(settings.redisUrl, { role: "client", tag });
const store = createRedisStore({ redis, namespace });
const leases = createRedlockLeases({ clients: [leaseRedis], runs: "here", namespace });
const queue = createRunQueue({
  connection: redis,
  tag,
  lockDurationMs: leaseTtlMs,
});

/** @type {import("@runfleet/model").RunQueue["consume"]} */
const consume = (options) =>
  queue.consume({
    ...options,
    handle: (job) =>
      around("queue", "handle", async () => {
        const disposition = await options.handle(job);
        if (disposition.type !== "parked") return disposition;
        const { stillParked } = disposition;
        return { ...disposition, stillParked: () => around("queue", "stillParked", stillParked) };
      }),
  });

const { fallback } = configWith(settings.ledger);
const run = /** @type {NonNullable<typeof fallback>["run"]} */ (fallback?.run);
/** @param {string} message @param {unknown} [fields] */
const report = (message, fields) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);

process.on("unhandledRejection", (error) => {
  report("UNHANDLED", String(error));
  process.exit(70);
});

const { stop } = await assembleWorker({
  workerId: settings.name,
  store: {
    ...watched("store", store),
    subscribe: settings.isDeaf ? async () => async () => {} : store.subscribe,
  },
  leases: { ...watched("leases", leases), ...(leases.draw === undefined ? {} : { draw: leases.draw }) },
  queue: { ...watched("queue", queue), consume },
  clock: {
    now: Date.now,
    monotonic: () => performance.now(),
    after(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    every(ms, then) {
      const timer = setInterval(then, ms);
      return () => clearInterval(timer);
    },
  },
  random: Math.random,
  config: {
    fallback: { name: "any", run: (context) => around("action", "run", async () => await run(context)) },
  },
  log: { info: () => {}, warn: report, error: report },
  concurrency: settings.concurrency,
  pools: ["default"],
  leaseTtlMs,
  workDir: settings.workDir,
  sweepMs: settings.sweepMs,
  graceMs: settings.graceMs,
});

process.once("SIGTERM", async () => {
  await stop();
  process.exit();
});
process.once("disconnect", () => process.exit(1));
process.send?.({ type: "ready" });
