// The workloads that BullMQ has as well. Each repetition measures both sides right after each other, in turns first, in new
// processes and on an empty Redis.
import { measure } from "./measure.mjs";
import { setupOf } from "./place.mjs";
import { openSide } from "./side.mjs";
import { figuresOf, sequenceShareOf } from "./statistics.mjs";
import { workloads } from "./workloads.mjs";

/**
 * @typedef {import("./place.mjs").Place} Place
 * @typedef {import("./side.mjs").Side} Side
 * @typedef {import("./statistics.mjs").Pair} Pair
 */

const systems = /** @type {const} */ (["runfleet", "bullmq"]);

/**
 * Both sides with new processes on an empty Redis.
 * @template T
 * @param {Place} place
 * @param {string} name
 * @param {(sides: Record<"runfleet" | "bullmq", Side>) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withSides(place, name, use) {
  await place.redis.flushall();
  const [runfleet, bullmq] = await Promise.all(
    systems.map((system) => openSide(system, { redis: place.redis, setup: setupOf(place, name) })),
  );
  if (runfleet === undefined || bullmq === undefined) throw new TypeError("every system gives a side");
  try {
    return await use({ runfleet, bullmq });
  } finally {
    await Promise.all([runfleet.stop(), bullmq.stop()]);
  }
}

/** @param {Place} place @param {import("./options.mjs").BenchOptions} options */
export async function measurePairs(place, { names, scale, repetitions }) {
  /** @type {Map<string, Pair[]>} */
  const pairs = new Map(names.map((name) => [name, []]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    await withSides(place, `bench${repetition}`, async (sides) => {
      for (const name of names) {
        place.say(`repetition ${repetition + 1} of ${repetitions}: ${name}`);
        pairs.get(name)?.push(await measurePair(sides, { name, scale, repetition }));
      }
    });
  }
  return Object.fromEntries(
    [...pairs].map(([name, measured]) => [
      name,
      { ...figuresOf(workloadOf(name), measured), ...sequenceShareOf(name, pairs) },
    ]),
  );
}

/**
 * @param {Record<"runfleet" | "bullmq", Side>} sides
 * @param {{ name: string, scale: import("./workloads.mjs").Scale, repetition: number }} options
 */
async function measurePair(sides, { name, scale, repetition }) {
  if (repetition % 2 === 0) {
    const runfleet = await measure(sides.runfleet, name, scale);
    return { runfleet, bullmq: await measure(sides.bullmq, name, scale) };
  }
  const bullmq = await measure(sides.bullmq, name, scale);
  return { runfleet: await measure(sides.runfleet, name, scale), bullmq };
}

/** @param {string} name */
function workloadOf(name) {
  const workload = workloads[name];
  if (workload === undefined) throw new TypeError(`there is no workload ${name}`);
  return workload;
}
