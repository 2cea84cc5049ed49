// Workload w10: one, two and four worker processes with the same work, and what of the machine is full then: Redis' thread, which
// is one core's at most, or all cores together. The counts take turns in each repetition.
import { cpus } from "node:os";
import { partitionTag } from "@runfleet/store";
import { completedRuns } from "../completed-runs.mjs";
import { startMeasured } from "../processes.mjs";
import { reach } from "../reach.mjs";
import { redisCpuMs } from "../redis-work.mjs";
import { median, rangeOf, rounded } from "../statistics.mjs";
import { workloads } from "../workloads.mjs";

/**
 * @typedef {import("../processes.mjs").Measured} Measured
 * @typedef {{ perSecond: number, redisThread: number, workers: number, client: number, machine: number }} Pass
 *   shares of one core, `machine` of all cores; workers: all together
 * @typedef {Pass & { full: "Redis" | "cores" | "neither" }} CountFigures
 * @typedef {Awaited<ReturnType<typeof benchWorkers>>} WorkersFigures
 */

const counts = /** @type {const} */ ([1, 2, 4]);
const measured = /** @type {const} */ (["w1", "w2"]);
/** Runs in one pass, and before it for each worker. @type {Readonly<Record<"w1" | "w2", Record<import("../workloads.mjs").Scale, { runs: number, warmUp: number }>>>} */
const amounts = {
  w1: { quick: { runs: 1_500, warmUp: 500 }, full: { runs: 10_000, warmUp: 2_000 } },
  w2: { quick: { runs: 250, warmUp: 100 }, full: { runs: 2_500, warmUp: 400 } },
};
const repetitions = 3;
/** A share from which on something is full: the rest is the system's, or comes too late to be used. */
const fullShare = 0.9;

/**
 * With new processes for each count.
 * @param {{ redis: import("ioredis").Redis, setup: import("../processes.mjs").Setup, scale: import("../workloads.mjs").Scale }} options
 */
export async function benchWorkers(options) {
  /** @type {Record<string, Pass[]>} */
  const passes = {};
  for (let repetition = 0; repetition < repetitions; repetition += 1)
    for (const [turn] of counts.entries()) {
      const count = counts[(turn + repetition) % counts.length] ?? 1;
      await options.redis.flushall();
      for (const [workload, pass] of await withWorkers(options, count))
        passes[`${workload} ${count}`] = [...(passes[`${workload} ${count}`] ?? []), pass];
    }
  return workersFigures(passes);
}

/**
 * Pure.
 * @param {Readonly<Record<string, readonly Pass[]>>} passes by workload and number of workers, `w1 2`
 */
export function workersFigures(passes) {
  const of = (/** @type {string} */ workload, /** @type {number} */ count) =>
    passes[`${workload} ${count}`] ?? [];
  const ratios = (/** @type {string} */ workload, /** @type {number} */ count) =>
    of(workload, count).map(({ perSecond }, index) => perSecond / (of(workload, 1)[index]?.perSecond ?? 1));
  const figures = measured.map((workload) => [
    workload,
    {
      unit: workloads[workload]?.unit ?? "",
      workers: Object.fromEntries(counts.map((count) => [count, countFigures(of(workload, count))])),
      twoToOne: rounded(median(ratios(workload, 2))),
      fourToOne: rounded(median(ratios(workload, 4))),
    },
  ]);
  return {
    title: "steps of w2 with two worker processes against one",
    ...{ unit: "steps/s", better: /** @type {const} */ ("higher"), bullmq: null },
    runfleet: countFigures(of("w2", 2)).perSecond,
    ratio: rounded(median(ratios("w2", 2))),
    ratioTo: "one worker",
    range: { ratio: rangeOf(ratios("w2", 2)) },
    cores: cpus().length,
    workloads:
      /** @type {Record<"w1" | "w2", { unit: string, workers: Record<string, CountFigures>, twoToOne: number, fourToOne: number }>} */ (
        Object.fromEntries(figures)
      ),
    repetitions,
  };
}

/** @param {readonly Pass[]} passes @returns {CountFigures} */
function countFigures(passes) {
  const middle = (/** @type {keyof Pass} */ name) => rounded(median(passes.map((pass) => pass[name])));
  const [redisThread, machine] = [middle("redisThread"), middle("machine")];
  return {
    perSecond: middle("perSecond"),
    ...{ redisThread, workers: middle("workers"), client: middle("client"), machine },
    full: redisThread >= fullShare ? "Redis" : machine >= fullShare ? "cores" : "neither",
  };
}

/** @param {Parameters<typeof benchWorkers>[0]} options @param {number} count @returns {Promise<[string, Pass][]>} */
async function withWorkers({ redis, setup, scale }, count) {
  const client = await startMeasured("runfleet-producer.mjs", setup);
  const workers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      startMeasured("runfleet-worker.mjs", { ...setup, folder: `${setup.folder}-${index}` }),
    ),
  );
  try {
    /** @type {[string, Pass][]} */
    const passes = [];
    for (const name of measured) {
      const workload = workloads[name];
      if (workload === undefined) throw new TypeError(`there is no workload ${name}`);
      const through = throughOf({ redis, setup, client, name });
      const { runs, warmUp } = amounts[name][scale];
      await through(warmUp * count);
      const units = runs * workload.units;
      passes.push([name, await timed({ redis, client, workers, units }, () => through(runs))]);
    }
    return passes;
  } finally {
    await Promise.all([client, ...workers].map((each) => each.stop()));
  }
}

/** Starts runs and waits until all have completed. @param {{ redis: import("ioredis").Redis, setup: import("../processes.mjs").Setup, client: Measured, name: string }} options */
function throughOf({ redis, setup, client, name }) {
  const completed = () => completedRuns(redis, partitionTag(setup.name, 0));
  return async (/** @type {number} */ runs) => {
    const wanted = (await completed()) + runs;
    const produced = client.ask({ type: "produce", workload: name, runs });
    await reach(completed, wanted, "runs completed");
    await produced;
  };
}

/**
 * @param {{ redis: import("ioredis").Redis, client: Measured, workers: readonly Measured[], units: number }} parts
 * @param {() => Promise<void>} pass
 * @returns {Promise<Pass>}
 */
async function timed({ redis, client, workers, units }, pass) {
  const before = await spentBy({ redis, client, workers });
  await pass();
  const after = await spentBy({ redis, client, workers });
  const elapsedMs = after.at - before.at;
  const share = (/** @type {"redisThread" | "workers" | "client"} */ name) =>
    (after[name] - before[name]) / elapsedMs;
  const busy = after.busy - before.busy;
  return {
    perSecond: (units * 1_000) / elapsedMs,
    ...{ redisThread: share("redisThread"), workers: share("workers"), client: share("client") },
    machine: busy / (busy + after.idle - before.idle),
  };
}

/** ms so far. @param {{ redis: import("ioredis").Redis, client: Measured, workers: readonly Measured[] }} parts */
async function spentBy({ redis, client, workers }) {
  const looks = await Promise.all([client, ...workers].map((each) => each.ask({ type: "look" })));
  const [ofClient = 0, ...ofWorkers] = /** @type {{ cpuMs: number }[]} */ (looks).map(({ cpuMs }) => cpuMs);
  const { thread } = await redisCpuMs(redis);
  const times = cpus().map((core) => core.times);
  const idle = times.reduce((sum, core) => sum + core.idle, 0);
  const busy = times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0);
  return {
    at: performance.now(),
    ...{ redisThread: thread, client: ofClient, workers: ofWorkers.reduce((sum, each) => sum + each, 0) },
    ...{ idle, busy },
  };
}
