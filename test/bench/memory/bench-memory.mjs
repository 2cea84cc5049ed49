// Row `memory`: one worker with 1,000 runs in hand at once, whose steps all wait. Counted is what the system gives the process (RSS),
// at its highest while they wait, without asking for a garbage collection; the leases are renewed several times meanwhile. Told
// beside it is what it takes to end all of them in one moment.
import { setTimeout as pause } from "node:timers/promises";
import { partitionTag } from "@runfleet/store";
import { completedRuns } from "../completed-runs.mjs";
import { startMeasured } from "../processes.mjs";
import { reach } from "../reach.mjs";
import { rounded } from "../statistics.mjs";

/**
 * @typedef {Awaited<ReturnType<typeof benchMemory>>} MemoryFigures
 */

/** @type {Readonly<Record<import("../workloads.mjs").Scale, { holdMs: number }>>} */
const amounts = { quick: { holdMs: 5_000 }, full: { holdMs: 30_000 } };
const runs = 1_000;
const lookEveryMs = 200;

/**
 * On an empty Redis, with new processes.
 * @param {{ redis: import("ioredis").Redis, setup: import("../processes.mjs").Setup, scale: import("../workloads.mjs").Scale }} options
 */
export async function benchMemory({ redis, setup, scale }) {
  const completed = () => completedRuns(redis, partitionTag(setup.name, 0));
  const client = await startMeasured("runfleet-producer.mjs", setup);
  const worker = await startMeasured("memory/memory-worker.mjs", { ...setup, concurrency: runs });
  const rss = async () => /** @type {{ rssBytes: number }} */ (await worker.ask({ type: "look" })).rssBytes;
  const begun = async () => /** @type {number[]} */ (await worker.ask({ type: "calls" })).length;
  try {
    const idle = await rss();
    await client.ask({ type: "produce", workload: "held", runs });
    await reach(begun, runs, "runs in hand");
    const begunBytes = await rss();
    let heldBytes = begunBytes;
    for (let heldMs = 0; heldMs < amounts[scale].holdMs; heldMs += lookEveryMs) {
      heldBytes = Math.max(heldBytes, await rss());
      await pause(lookEveryMs);
    }
    await worker.ask({ type: "release" });
    await reach(completed, runs, "runs completed");
    const endedBytes = await rss();
    return {
      title: `memory of a worker with ${runs} runs in hand, whose steps wait`,
      ...{ unit: "MB RSS", better: /** @type {const} */ ("lower"), bullmq: null, ratio: null },
      runfleet: megabytes(heldBytes),
      ...{ idle: megabytes(idle), begun: megabytes(begunBytes), ended: megabytes(endedBytes) },
      runs,
    };
  } finally {
    await Promise.all([client.stop(), worker.stop()]);
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return rounded(bytes / 1e6);
}
