// `npm run bench -- --costs`: what a unit of each workload costs in processor time, by process, and in Redis by command.
// Processor time is what a busy machine changes least, so it shows what a change of the code is worth.
import { passThrough } from "./measure.mjs";
import { redisCpuMs } from "./redis-work.mjs";
import { commandName, scriptNames } from "./script-names.mjs";
import { median } from "./statistics.mjs";
import { workloads } from "./workloads.mjs";

/**
 * @typedef {import("./side.mjs").Side} Side
 * @typedef {import("ioredis").Redis} Redis
 * @typedef {{ producer: number, worker: number, redis: number, total: number }} Costs µs of processor time per unit
 * @typedef {{ name: string, perRun: number, each: number }} CommandCosts each: µs in the server, the median; what scripts call is a
 *   command too, whose time is in the script's
 * @typedef {{ costs: Record<string, Costs>, commands: Record<string, CommandCosts[]> }} SystemCosts by workload
 */

/** Workload → runs that are measured, after as many that are not. @type {Readonly<Record<string, number>>} */
const runs = { w1: 3_000, w2: 600, w3: 10 };
/** Runs whose every command is looked at. */
const watchedRuns = 200;

/** @param {Side} side @param {Redis} redis @returns {Promise<SystemCosts>} */
export async function measureCosts(side, redis) {
  /** @type {SystemCosts["costs"]} */
  const costs = {};
  for (const [workload, count] of Object.entries(runs)) {
    await passThrough(side, workload, count);
    const before = await usedBy(side, redis);
    await passThrough(side, workload, count);
    const after = await usedBy(side, redis);
    const units = count * (workloads[workload]?.units ?? 1);
    const [producer, worker, server] = /** @type {const} */ (["producer", "worker", "redis"]).map((name) =>
      Math.round(((after[name] - before[name]) * 1_000) / units),
    );
    if (producer === undefined || worker === undefined || server === undefined)
      throw new TypeError("three costs");
    costs[workload] = { producer, worker, redis: server, total: producer + worker + server };
  }
  const commands = { w1: await commandCosts(side, redis, "w1"), w2: await commandCosts(side, redis, "w2") };
  return { costs, commands };
}

/** ms of processor time so far. @param {Side} side @param {Redis} redis */
async function usedBy(side, redis) {
  const [{ producer, worker }, { server }] = await Promise.all([side.cpuMs(), redisCpuMs(redis)]);
  return { producer, worker, redis: server };
}

/**
 * By the log of slow commands, in which every command is for once; dearest first.
 * @param {Side} side @param {Redis} redis @param {string} workload
 * @returns {Promise<CommandCosts[]>}
 */
async function commandCosts(side, redis, workload) {
  const names = await scriptNames();
  await redis.config("SET", "slowlog-max-len", "1000000", "slowlog-log-slower-than", "0");
  await redis.slowlog("RESET");
  await passThrough(side, workload, watchedRuns);
  await redis.config("SET", "slowlog-log-slower-than", "-1");
  const log = /** @type {[number, number, number, string[]][]} */ (await redis.slowlog("GET", 1_000_000));
  await redis.slowlog("RESET");
  /** @type {Map<string, number[]>} */
  const times = new Map();
  for (const [, , microseconds, words] of log) {
    const name = commandName(words, names);
    const before = times.get(name);
    if (before === undefined) times.set(name, [microseconds]);
    else before.push(microseconds);
  }
  return [...times]
    .map(([name, each]) => ({
      name,
      perRun: Number((each.length / watchedRuns).toFixed(2)),
      each: median(each),
    }))
    .sort((a, b) => b.perRun * b.each - a.perRun * a.each);
}
