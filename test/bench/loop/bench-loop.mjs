// Workload w8: one run whose loop goes round 10,000 times, alone on an idle fleet. The figure that counts is what the last 1,000
// iterations cost against the first: processor time of the worker and of Redis' thread, which a busy machine changes least.
import { partitionTag } from "@runfleet/store";
import { completedRuns } from "../completed-runs.mjs";
import { startMeasured } from "../processes.mjs";
import { reach } from "../reach.mjs";
import { median, rangeOf, rounded } from "../statistics.mjs";

/**
 * @typedef {import("./loop-worker.mjs").Mark} Mark
 * @typedef {{ first: number, last: number }} Ends
 * @typedef {Awaited<ReturnType<typeof benchLoop>>} LoopFigures
 */

/** A loop of 2,001 or 10,001: the call after the last thousand is what ends it. @type {Readonly<Record<import("../workloads.mjs").Scale, { iterations: number, repetitions: number }>>} */
const amounts = {
  quick: { iterations: 2_000, repetitions: 3 },
  full: { iterations: 10_000, repetitions: 3 },
};

/**
 * On an empty Redis, with new processes.
 * @param {{ redis: import("ioredis").Redis, setup: import("../processes.mjs").Setup, scale: import("../workloads.mjs").Scale }} options
 */
export async function benchLoop({ redis, setup, scale }) {
  const { iterations, repetitions } = amounts[scale];
  const completed = () => completedRuns(redis, partitionTag(setup.name, 0));
  const workflow = `loop-${iterations + 1}`;
  const client = await startMeasured("runfleet-producer.mjs", setup);
  const worker = await startMeasured("loop/loop-worker.mjs", setup);
  const pass = async () => {
    const wanted = (await completed()) + 1;
    await client.ask({ type: "produce", workload: workflow, runs: 1 });
    await reach(completed, wanted, "loops completed");
    return /** @type {Mark[]} */ (await worker.ask({ type: "marks" }));
  };
  try {
    // One that nobody counts, so that V8 has compiled what is hot.
    await pass();
    /** @type {Mark[][]} */
    const passes = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1) passes.push(await pass());
    return loopFigures(passes);
  } finally {
    await Promise.all([client.stop(), worker.stop()]);
  }
}

/**
 * Pure.
 * @param {readonly (readonly Mark[])[]} passes of one length
 */
export function loopFigures(passes) {
  const iterations = ((passes[0]?.length ?? 1) - 1) * 1_000;
  const cost = endsOf(passes, ({ workerMs, redisMs }) => workerMs + redisMs);
  const ratios = cost.map(({ first, last }) => last / first);
  return {
    title: `one run with a loop of ${iterations} iterations: the last 1,000 against the first 1,000, in processor time`,
    ...{ unit: "µs/iteration", better: /** @type {const} */ ("lower"), bullmq: null },
    runfleet: rounded(median(cost.map(({ last }) => last))),
    ratio: rounded(median(ratios)),
    ratioTo: "the first 1,000",
    range: { ratio: rangeOf(ratios) },
    iterations,
    worker: mediansOf(endsOf(passes, ({ workerMs }) => workerMs)),
    redis: mediansOf(endsOf(passes, ({ redisMs }) => redisMs)),
    elapsed: mediansOf(endsOf(passes, ({ at }) => at)),
    repetitions: passes.length,
  };
}

/** µs per iteration of the first and the last thousand. @param {readonly (readonly Mark[])[]} passes @param {(mark: Mark) => number} msOf @returns {Ends[]} */
function endsOf(passes, msOf) {
  return passes.map((marks) => {
    const spent = marks.slice(1).map((mark, index) => msOf(mark) - msOf(marks[index] ?? mark));
    return { first: spent[0] ?? Number.NaN, last: spent.at(-1) ?? Number.NaN };
  });
}

/** @param {readonly Ends[]} ends @returns {Ends} */
function mediansOf(ends) {
  return {
    first: rounded(median(ends.map(({ first }) => first))),
    last: rounded(median(ends.map(({ last }) => last))),
  };
}
