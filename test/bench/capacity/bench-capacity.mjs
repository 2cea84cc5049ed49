// Row `capacity`: what runs, steps and children cost one by one, for the model of docs/guides/capacity.md. Runs of one step, of ten, and
// families of a hundred children, each alone: the differences are the costs of a step and of a child. Memory is that of ended runs
// that are kept; of a parked one w5 tells. Processor time is what a busy machine changes least.
import { partitionTag } from "@runfleet/store";
import { passThrough } from "../measure.mjs";
import { usedBytes } from "../parked/memory.mjs";
import { reach } from "../reach.mjs";
import { redisCpuMs } from "../redis-work.mjs";
import { commandsPerRun } from "../round-trips.mjs";
import { openSide } from "../side.mjs";
import { rounded } from "../statistics.mjs";

/**
 * @typedef {{ bytes: number, redisThread: number, worker: number, client: number }} RunCosts of one run: bytes, and µs of processor time
 * @typedef {{ run: number, step: number, child: number }} Parts run: without its steps; child: with its one step
 * @typedef {ReturnType<typeof capacityFigures>} CapacityFigures
 */

/** Runs of each kind. Fewer together than the 10,000 jobs that the queue keeps. @type {Readonly<Record<import("../workloads.mjs").Scale, Record<"w1" | "w2" | "w3", number>>>} */
const amounts = {
  quick: { w1: 500, w2: 250, w3: 5 },
  full: { w1: 2_500, w2: 1_200, w3: 20 },
};
/** Steps of a run of w2, and children of one of w3. */
const [stepsOfTen, children] = [10, 100];

/**
 * On an empty Redis, with new processes.
 * @param {import("../rows.mjs").RowOptions} options
 */
export async function benchCapacity({ redis, setup, scale }) {
  const side = await openSide("runfleet", { redis, setup });
  const tag = partitionTag(setup.name, 0);
  const amount = amounts[scale];
  /** Runs that ended are counted and listed by sweepers, after their end. */
  const filed = () =>
    reach(async () => ((await redis.zcard(`${tag}:runs:unfiled`)) === 0 ? 1 : 0), 1, "sweeps");
  const spent = async () => ({ ...(await side.cpuMs()), redisThread: (await redisCpuMs(redis)).thread });
  /** @param {"w1" | "w2" | "w3"} workload @returns {Promise<RunCosts>} */
  const costs = async (workload) => {
    const runs = amount[workload];
    await passThrough(side, workload, Math.ceil(runs / 4));
    await filed();
    const [held, before] = [await usedBytes(redis, tag), await spent()];
    await passThrough(side, workload, runs);
    const after = await spent();
    await filed();
    const each = (/** @type {number} */ ms) => (ms * 1_000) / runs;
    return {
      bytes: ((await usedBytes(redis, tag)).runs - held.runs) / runs,
      redisThread: each(after.redisThread - before.redisThread),
      worker: each(after.worker - before.worker),
      client: each(after.producer - before.producer),
    };
  };
  try {
    const measured = { one: await costs("w1"), ten: await costs("w2"), family: await costs("w3") };
    const commands = {
      one: (await commandsPerRun(side, redis, "w1")).perRun,
      ten: (await commandsPerRun(side, redis, "w2")).perRun,
    };
    return capacityFigures(measured, commands);
  } finally {
    await side.stop();
  }
}

/**
 * Pure.
 * @param {Record<"one" | "ten" | "family", RunCosts>} measured
 * @param {Record<"one" | "ten", number>} commands per run
 */
export function capacityFigures({ one, ten, family }, commands) {
  /** @param {(costs: RunCosts) => number} read @returns {Parts} */
  const parts = (read) => {
    const step = (read(ten) - read(one)) / (stepsOfTen - 1);
    const run = read(one) - step;
    return { run: rounded(run), step: rounded(step), child: rounded((read(family) - run) / children) };
  };
  const step = (commands.ten - commands.one) / (stepsOfTen - 1);
  return {
    title: "what a run, a step and a child cost: an ended run of one step, and its parts",
    ...{ unit: "bytes/run", better: /** @type {const} */ ("lower"), bullmq: null, ratio: null },
    runfleet: Math.round(one.bytes),
    bytes: parts(({ bytes }) => bytes),
    redisMicroseconds: parts(({ redisThread }) => redisThread),
    workerMicroseconds: parts(({ worker }) => worker),
    clientMicroseconds: rounded(one.client),
    commands: { run: rounded(commands.one - step), step: rounded(step) },
  };
}
