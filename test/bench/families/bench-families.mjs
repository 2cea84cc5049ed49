// Row `families`: ten parents with 1,000 children each, all at once, by the children that end in a second; and
// families five levels deep, one child on each level, alone on an idle fleet (how long one takes) and many at once. The wide ones
// have BullMQ's side in w3; nothing there waits for children as deep as this.
import { partitionTag } from "@runfleet/store";
import { completedRuns } from "../completed-runs.mjs";
import { startMeasured } from "../processes.mjs";
import { reach } from "../reach.mjs";
import { percentile, rounded } from "../statistics.mjs";

/**
 * @typedef {{ parents: number, children: number, deep: number, single: number }} Amounts
 *   deep: families five levels deep at once; single: such families, one after the other
 * @typedef {{
 *   title: string, unit: string, better: "higher", runfleet: number, bullmq: null, ratio: null, parents: number, children: number, workers: number, childrenPerSecond: number,
 *   levels: number, deepFamilies: number, runsPerSecond: number, familyMs: { p50: number, p99: number },
 * }} FamilyFigures
 */

/** @type {Readonly<Record<import("../workloads.mjs").Scale, Amounts>>} */
const amounts = {
  quick: { parents: 2, children: 200, deep: 50, single: 20 },
  full: { parents: 10, children: 1_000, deep: 1_000, single: 200 },
};
const title = "families: parents with many children at once; and five levels deep";
const levels = 5;
const workers = 2;

/**
 * On an empty Redis, with new processes.
 * @param {{ redis: import("ioredis").Redis, setup: import("../processes.mjs").Setup, scale: import("../workloads.mjs").Scale }} options
 * @returns {Promise<FamilyFigures>}
 */
export async function benchFamilies({ redis, setup, scale }) {
  const amount = amounts[scale];
  const completed = () => completedRuns(redis, partitionTag(setup.name, 0));
  const client = await startMeasured("families/families-client.mjs", setup);
  const working = [];
  try {
    for (let count = 0; count < workers; count += 1)
      working.push(
        await startMeasured("runfleet-worker.mjs", { ...setup, folder: `${setup.folder}-${count}` }),
      );
    /** Seconds until so many more runs have completed. @param {() => Promise<unknown>} start @param {number} runs */
    const timed = async (start, runs) => {
      const wanted = (await completed()) + runs;
      const startedAt = performance.now();
      await start();
      await reach(completed, wanted, `runs completed (${title})`);
      return (performance.now() - startedAt) / 1_000;
    };
    const wide = (/** @type {number} */ parents) =>
      timed(
        () => client.ask({ type: "produce", workload: `wide ${amount.children}`, runs: parents }),
        parents * (amount.children + 1),
      );
    const deep = (/** @type {number} */ runs) =>
      timed(() => client.ask({ type: "produce", workload: "deep", runs }), runs * levels);
    // So that V8 has compiled what is hot.
    await wide(1);
    await deep(amount.single);
    const taken = /** @type {number[]} */ (await client.ask({ type: "time", runs: amount.single }));
    const wideSeconds = await wide(amount.parents);
    const deepSeconds = await deep(amount.deep);
    const childrenPerSecond = rounded((amount.parents * amount.children) / wideSeconds);
    return {
      ...{
        title,
        unit: "children/s",
        better: "higher",
        runfleet: childrenPerSecond,
        bullmq: null,
        ratio: null,
      },
      ...{ parents: amount.parents, children: amount.children, workers, childrenPerSecond },
      ...{ levels, deepFamilies: amount.deep },
      runsPerSecond: rounded((amount.deep * levels) / deepSeconds),
      familyMs: { p50: rounded(percentile(taken, 0.5)), p99: rounded(percentile(taken, 0.99)) },
    };
  } finally {
    await Promise.all([client, ...working].map((measured) => measured.stop()));
  }
}
