// Row `partitions`: runs of one no-op step (as w1) in a namespace of one, two and four partitions, each on a Redis server of its
// own (append-only file, fsync every second). One producer, one worker. On a machine with few cores these are the limit,
// not Redis; so beside the throughput stands the processor time of the busiest server per run, which bounds what one Redis
// thread could do.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@runfleet/client";
import { startEmbeddedRedis } from "@runfleet/testing";
import { Redis } from "ioredis";
import { startMeasured } from "../processes.mjs";
import { redisCpuMs } from "../redis-work.mjs";
import { rounded } from "../statistics.mjs";

/**
 * @typedef {{
 *   partitions: number, runsPerSecond: number, busiestRedisMsPerRun: number, runsPerSecondOfOneThread: number,
 *   cpuMsPerRun: { producer: number, worker: number, allRedis: number },
 * }} PartitionFigures
 * @typedef {import("../rows.mjs").RowFigures & { runs: number, repetitions: number, counts: PartitionFigures[] }} PartitionsFigures
 * @typedef {import("../processes.mjs").Setup} Setup
 */

const title = "runs of one no-op step, each partition on a server of its own; one producer, one worker";
const partitionCounts = [1, 2, 4];
/** @type {Readonly<Record<import("../workloads.mjs").Scale, { runs: number, warmUp: number, repetitions: number }>>} */
const amounts = {
  quick: { runs: 1_500, warmUp: 500, repetitions: 3 },
  full: { runs: 8_000, warmUp: 2_000, repetitions: 3 },
};
/** Far beyond the slowest machine: whatever takes longer hangs. */
const hungMs = 300_000;
/** Between two looks at whether all have completed: each is a command for each server, whose time is measured. */
const lookMs = 25;

/**
 * In turns, so that what else the machine does meets all alike; the median of each count.
 * @param {{ setup: Setup, scale: import("../workloads.mjs").Scale }} options
 * @returns {Promise<PartitionsFigures>}
 */
export async function benchPartitions({ setup, scale }) {
  const { runs, warmUp, repetitions } = amounts[scale];
  /** @type {Map<number, PartitionFigures[]>} */
  const measured = new Map(partitionCounts.map((count) => [count, []]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const [count, figures] of measured) {
      const folder = join(setup.folder, `partitions-${repetition}-${count}`);
      figures.push(await measureOnce(count, { setup: { ...setup, folder }, runs, warmUp }));
    }
  }
  const counts = [...measured.values()].map((figures) => {
    const sorted = [...figures].sort((a, b) => a.runsPerSecond - b.runsPerSecond);
    return /** @type {PartitionFigures} */ (sorted[sorted.length >> 1]);
  });
  const [one = 0, four = 0] = [counts[0], counts.at(-1)].map((figures) => figures?.runsPerSecond);
  return {
    ...{ title, unit: "runs/s", better: "higher", runfleet: four, bullmq: null },
    ...{ ratio: rounded(four / one), ratioTo: "one partition" },
    ...{ runs, repetitions, counts },
  };
}

/**
 * @param {number} partitions
 * @param {{ setup: Setup, runs: number, warmUp: number }} options
 * @returns {Promise<PartitionFigures>}
 */
async function measureOnce(partitions, { setup, runs, warmUp }) {
  const servers = await Promise.all(
    Array.from({ length: partitions }, (_, at) =>
      startEmbeddedRedis({ dir: join(setup.folder, `redis-${at}`) }),
    ),
  );
  const redisUrl = servers.map(({ url }) => url).join(" ");
  const asked = servers.map(({ url }) => new Redis(url));
  const client = createClient({ redis: redisUrl, namespace: setup.name });
  const work = { ...setup, redisUrl };
  const producer = await startMeasured("runfleet-producer.mjs", work);
  const worker = await startMeasured("runfleet-worker.mjs", work);
  const completed = async () => (await client.counts()).runs.completed;
  /** @param {number} count */
  const produce = async (count) => {
    const wanted = (await completed()) + count;
    const startedAt = performance.now();
    await producer.ask({ type: "produce", workload: "w1", runs: count });
    while ((await completed()) < wanted) {
      if (performance.now() - startedAt > hungMs) throw new Error(`not all of ${count} runs completed`);
      await pause(lookMs);
    }
    return (performance.now() - startedAt) / 1_000;
  };
  const used = async () => ({
    producer: await cpuOf(producer),
    worker: await cpuOf(worker),
    redis: await Promise.all(asked.map(async (server) => (await redisCpuMs(server)).thread)),
  });
  try {
    await produce(warmUp);
    const before = await used();
    const seconds = await produce(runs);
    const after = await used();
    const ofServers = after.redis.map((ms, at) => ms - (before.redis[at] ?? 0));
    const busiest = Math.max(...ofServers) / runs;
    return {
      partitions,
      runsPerSecond: rounded(runs / seconds),
      busiestRedisMsPerRun: rounded(busiest),
      runsPerSecondOfOneThread: Math.round(1_000 / busiest),
      cpuMsPerRun: {
        producer: rounded((after.producer - before.producer) / runs),
        worker: rounded((after.worker - before.worker) / runs),
        allRedis: rounded(ofServers.reduce((sum, ms) => sum + ms, 0) / runs),
      },
    };
  } finally {
    await Promise.all([producer.stop(), worker.stop(), client.close()]);
    for (const redis of asked) redis.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @param {import("../processes.mjs").Measured} measured */
async function cpuOf(measured) {
  return /** @type {{ cpuMs: number }} */ (await measured.ask({ type: "look" })).cpuMs;
}
