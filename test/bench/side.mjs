// One system under measurement: its two processes, and how the bench sees from outside what has ended: by one small read,
// so that neither pays for being watched.
import { partitionTag } from "@runfleet/store";
import { completedRuns } from "./completed-runs.mjs";
import { startMeasured } from "./processes.mjs";

/**
 * @typedef {import("./workloads.mjs").System} System
 * @typedef {import("./processes.mjs").Setup} Setup
 * @typedef {{
 *   system: System,
 *   produce: (workload: string, runs: number) => Promise<void>,
 *   time: (workload: string, runs: number) => Promise<number[]>,
 *   ended: () => Promise<number>,
 *   failed: () => Promise<number>,
 *   cpuMs: () => Promise<{ producer: number, worker: number }>,
 *   stop: () => Promise<void>,
 * }} Side
 */

/** How many have ended well, and how many have failed. @type {Readonly<Record<System, (redis: import("ioredis").Redis, name: string) => { ended: () => Promise<number>, failed: () => Promise<number> }>>} */
const countsOf = {
  runfleet: (redis, name) => {
    const tag = partitionTag(name, 0);
    return { ended: () => completedRuns(redis, tag), failed: () => redis.zcard(`${tag}:runs:failed`) };
  },
  bullmq: (redis, name) => ({
    ended: () => redis.zcard(`bull:${name}:completed`),
    failed: () => redis.zcard(`bull:${name}:failed`),
  }),
};

/**
 * @param {System} system
 * @param {{ redis: import("ioredis").Redis, setup: Setup, profiles?: Record<"producer" | "worker", string> }} options
 *   profiles: folders that CPU profiles are written to
 * @returns {Promise<Side>}
 */
export async function openSide(system, { redis, setup, profiles }) {
  const [producer, worker] = await Promise.all([
    startMeasured(`${system}-producer.mjs`, setup, profiling(profiles?.producer)),
    startMeasured(`${system}-worker.mjs`, setup, profiling(profiles?.worker)),
  ]);
  return {
    system,
    produce: async (workload, runs) => void (await producer.ask({ type: "produce", workload, runs })),
    time: async (workload, runs) =>
      /** @type {number[]} */ (await producer.ask({ type: "time", workload, runs })),
    ...countsOf[system](redis, setup.name),
    async cpuMs() {
      const looks = await Promise.all([producer, worker].map((measured) => measured.ask({ type: "look" })));
      const [ofProducer, ofWorker] = /** @type {{ cpuMs: number }[]} */ (looks).map(({ cpuMs }) => cpuMs);
      return { producer: ofProducer ?? 0, worker: ofWorker ?? 0 };
    },
    async stop() {
      await producer.stop();
      await worker.stop();
    },
  };
}

/** @param {string | undefined} folder */
function profiling(folder) {
  return folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`];
}
