// How many commands one ten-step run costs, counted by MONITOR (what scripts call inside is left out), and the time
// Redis spends on them, by INFO commandstats. Two passes, because MONITOR makes everything slower.
import { setTimeout as pause } from "node:timers/promises";
import { passThrough } from "./measure.mjs";
import { commandName, scriptNames } from "./script-names.mjs";
import { watchCommands } from "./watch-commands.mjs";

/**
 * @typedef {{
 *   runs: number, stepsPerRun: number, perRun: number, scriptMicrosecondsPerRun: number,
 *   byCommand: Record<string, number>,
 * }} RoundTrips byCommand: commands per run
 */

const runs = 100;
const workload = "w2";
const stepsPerRun = 10;
/** The last messages of MONITOR arrive after the last run has ended. */
const settleMs = 200;
/** The bench's own looks. */
const ours = "zcard";

/**
 * @param {import("./side.mjs").Side} side
 * @param {import("ioredis").Redis} redis
 * @returns {Promise<RoundTrips>}
 */
export async function countRoundTrips(side, redis) {
  await passThrough(side, workload, runs);
  return {
    ...{ runs, stepsPerRun },
    ...(await commandsPerRun(side, redis, workload)),
    scriptMicrosecondsPerRun: Math.round((await scriptMicroseconds(side, redis)) / runs),
  };
}

/**
 * @param {import("./side.mjs").Side} side
 * @param {import("ioredis").Redis} redis
 * @param {string} name of the workload
 * @returns {Promise<Pick<RoundTrips, "perRun" | "byCommand">>}
 */
export async function commandsPerRun(side, redis, name) {
  const names = await scriptNames();
  /** @type {Map<string, number>} */
  const commands = new Map();
  const stopWatching = await watchCommands(redis, (words, source) => {
    const command = commandName(words, names);
    if (source !== "lua" && command !== ours) commands.set(command, (commands.get(command) ?? 0) + 1);
  });
  await passThrough(side, name, runs);
  await pause(settleMs);
  stopWatching();
  const total = [...commands.values()].reduce((sum, count) => sum + count, 0);
  return {
    perRun: Number((total / runs).toFixed(1)),
    byCommand: Object.fromEntries(
      [...commands]
        .sort(([, a], [, b]) => b - a)
        .map(([command, count]) => [command, Number((count / runs).toFixed(2))]),
    ),
  };
}

/** @param {import("./side.mjs").Side} side @param {import("ioredis").Redis} redis */
async function scriptMicroseconds(side, redis) {
  await redis.config("RESETSTAT");
  await passThrough(side, workload, runs);
  const stats = await redis.info("commandstats");
  return Number(/^cmdstat_evalsha:.*?usec=(\d+)/m.exec(stats)?.[1] ?? 0);
}
