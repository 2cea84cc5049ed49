// Row `capacity`: what runs, steps and children cost one by one, for the model of docs/guides/capacity.md. Runs of one step, of ten, and
// families of a hundred children, each alone: the differences are the costs of a step and of a child. Memory is that of ended runs
// that are kept; of a parked one w5 tells. Processor time is what a busy machine changes least; it is that of processes which have
// done the same for seconds, with what sweepers do for ended runs until these are removed.
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
 * @typedef {"w1" | "w2" | "w3"} Kind runs of one step, of ten, and families
 * @typedef {import("../rows.mjs").RowOptions & { side: import("../side.mjs").Side, ended: () => Promise<void> }} Measuring
 */

/** Runs of each kind. Fewer together than the 10,000 jobs that the queue keeps. @type {Readonly<Record<import("../workloads.mjs").Scale, Record<Kind, number>>>} */
const amounts = {
  quick: { w1: 500, w2: 250, w3: 5 },
  full: { w1: 2_500, w2: 1_200, w3: 20 },
};
/** Processor time is that of this many times as many, after half of them, */
const longer = 4;
/** of which a workflow keeps no more than this: a fleet that has run for long removes as many as end. */
const kept = 10;
/** Steps of a run of w2, and children of one of w3. */
const [stepsOfTen, children] = [10, 100];

/**
 * On an empty Redis, with new processes.
 * @param {import("../rows.mjs").RowOptions} options
 */
export async function benchCapacity(options) {
  const { bytes, commands } = await withSide(options, options.setup, async (side, ended) => {
    const each = (/** @type {Kind} */ kind) => bytesOf(kind, { side, ended, ...options });
    return {
      bytes: { w1: await each("w1"), w2: await each("w2"), w3: await each("w3") },
      commands: {
        one: (await commandsPerRun(side, options.redis, "w1")).perRun,
        ten: (await commandsPerRun(side, options.redis, "w2")).perRun,
      },
    };
  });
  const setup = { ...options.setup, name: `${options.setup.name}-kept`, kept };
  const costs = await withSide(options, setup, async (side, ended) => {
    const each = async (/** @type {Kind} */ kind) => ({
      bytes: bytes[kind],
      ...(await timesOf(kind, { side, ended, ...options })),
    });
    return { one: await each("w1"), ten: await each("w2"), family: await each("w3") };
  });
  return capacityFigures(costs, commands);
}

/**
 * @template T
 * @param {import("../rows.mjs").RowOptions} options
 * @param {import("../processes.mjs").Setup} setup
 * @param {(side: import("../side.mjs").Side, ended: () => Promise<void>) => Promise<T>} use ended: nothing is left to be done for
 *   runs that have ended
 */
async function withSide({ redis }, setup, use) {
  const side = await openSide("runfleet", { redis, setup });
  const tag = partitionTag(setup.name, 0);
  const left = async () =>
    (await redis.zcard(`${tag}:runs:unfiled`)) + (await redis.zcard(`${tag}:runs:orphaning`));
  try {
    return await use(side, () => reach(async () => ((await left()) === 0 ? 1 : 0), 1, "sweeps"));
  } finally {
    await side.stop();
  }
}

/** @param {Kind} kind @param {Measuring} measuring bytes of one run */
async function bytesOf(kind, { side, ended, redis, setup, scale }) {
  const tag = partitionTag(setup.name, 0);
  const runs = amounts[scale][kind];
  await passThrough(side, kind, Math.ceil(runs / 4));
  await ended();
  const held = await usedBytes(redis, tag);
  await passThrough(side, kind, runs);
  await ended();
  return ((await usedBytes(redis, tag)).runs - held.runs) / runs;
}

/** @param {Kind} kind @param {Measuring} measuring @returns {Promise<Omit<RunCosts, "bytes">>} */
async function timesOf(kind, { side, ended, redis, scale }) {
  const runs = longer * amounts[scale][kind];
  const spent = async () => ({ ...(await side.cpuMs()), redisThread: (await redisCpuMs(redis)).thread });
  await passThrough(side, kind, runs / 2);
  await ended();
  const before = await spent();
  await passThrough(side, kind, runs);
  await ended();
  const after = await spent();
  const each = (/** @type {number} */ ms) => (ms * 1_000) / runs;
  return {
    redisThread: each(after.redisThread - before.redisThread),
    worker: each(after.worker - before.worker),
    client: each(after.producer - before.producer),
  };
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
