// Workload w5: what runs cost that wait at a gate, and how fast they go on. In order: an answer on an idle fleet until the
// step behind the gate begins; how late sleeps end on a busy one; memory of Redis and the worker with all runs parked, against before; the worker's CPU while
// nothing happens; and all gates answered at once, from the first answer to the last end. There is no other system to
// compare with: BullMQ has no gates.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { partitionTag } from "@runfleet/store";
import { completedRuns } from "../completed-runs.mjs";
import { startMeasured } from "../processes.mjs";
import { reach } from "../reach.mjs";
import { redisCpuMs } from "../redis-work.mjs";
import { percentile, rounded } from "../statistics.mjs";
import { keyBytesOf, usedBytes } from "./memory.mjs";

/**
 * @typedef {import("../processes.mjs").Measured} Measured
 * @typedef {{ runs: number, warmUp: number, answers: number, sleeps: number, idleMs: number }} Amounts
 *   warmUp: runs that are parked, answered and forgotten before anything is measured; answers: timed one by one; sleeps:
 *   timed while other runs keep the fleet busy
 * @typedef {{ rssBytes: number, heapBytes: number, cpuMs: number }} Look
 * @typedef {Awaited<ReturnType<typeof benchParked>>} ParkedFigures
 */

/** @type {Readonly<Record<import("../workloads.mjs").Scale, Amounts>>} */
const amounts = {
  quick: { runs: 2_000, warmUp: 500, answers: 50, sleeps: 100, idleMs: 3_000 },
  full: { runs: 10_000, warmUp: 2_000, answers: 300, sleeps: 500, idleMs: 10_000 },
};

const title =
  "runs parked at a gate: memory, idle CPU, from an answer to the next step, all of them woken at once";
/** Both cores: Redis has one, and the workers share the other with the client. */
const workers = 2;

/**
 * On an empty Redis, with new processes, under the namespace that a fleet has unless it is told another: its length counts in
 * every key.
 * @param {{ redis: import("ioredis").Redis, setup: import("../processes.mjs").Setup, scale: import("../workloads.mjs").Scale }} options
 */
export async function benchParked({ redis, setup, scale }) {
  const amount = amounts[scale];
  const tag = partitionTag(setup.name, 0);
  const watch = watcherOf(redis, tag);
  const client = await startMeasured("parked/parked-client.mjs", setup);
  const worker = await startMeasured("runfleet-worker.mjs", setup, ["--expose-gc"]);
  /** @type {Measured[]} */
  const more = [];
  try {
    await parkAll(client, watch, amount.warmUp);
    await wakeAll(client, watch, amount.warmUp);
    const answer = await times(client, { type: "timeAnswers", runs: amount.answers });
    const sleepLate = await times(client, { type: "timeSleeps", runs: amount.sleeps });
    // Runs that ended are counted and listed by sweepers, after their end: that is no cost of those that are parked then.
    await reach(watch.filed, 1, "sweeps of ended runs");
    const idle = { look: await lookAt(worker), bytes: await usedBytes(redis, tag) };
    await parkAll(client, watch, amount.runs);
    const parked = { look: await lookAt(worker), bytes: await usedBytes(redis, tag) };
    const keyBytes = await keyBytesOf(redis, tag);
    await pause(amount.idleMs);
    const rested = await lookAt(worker);
    for (let count = 1; count < workers; count += 1)
      more.push(await startMeasured("runfleet-worker.mjs", ownFolder(setup, count)));
    const all = { client: [client], workers: [worker, ...more] };
    const before = await cpuOf(redis, all);
    const wakeSeconds = await wakeAll(client, watch, amount.runs);
    const after = await cpuOf(redis, all);
    const bytesPerRun = Math.round((parked.bytes.runs - idle.bytes.runs) / amount.runs);
    return {
      ...{ title, unit: "bytes/run", better: /** @type {const} */ ("lower") },
      ...{ runfleet: bytesPerRun, bullmq: null, ratio: null },
      runs: amount.runs,
      worker: {
        rssMiB: { idle: mebibytes(idle.look.rssBytes), parked: mebibytes(parked.look.rssBytes) },
        heapMiB: { idle: mebibytes(idle.look.heapBytes), parked: mebibytes(parked.look.heapBytes) },
        rssGrowthShare: rounded(parked.look.rssBytes / idle.look.rssBytes - 1),
        idleCpuShare: rounded((rested.cpuMs - parked.look.cpuMs) / amount.idleMs),
      },
      redis: {
        bytesPerRun,
        feedBytes: parked.bytes.feed,
        keyBytes,
      },
      answerToNextStepMs: answer,
      sleepLateMs: sleepLate,
      wake: {
        workers,
        runsPerSecond: rounded(amount.runs / wakeSeconds),
        cpuMsPerRun: {
          client: rounded((after.client - before.client) / amount.runs),
          workers: rounded((after.workers - before.workers) / amount.runs),
          redis: rounded((after.redis - before.redis) / amount.runs),
        },
      },
    };
  } finally {
    await Promise.all([client, worker, ...more].map((measured) => measured.stop()));
  }
}

/** @param {import("../processes.mjs").Setup} setup @param {number} count */
function ownFolder(setup, count) {
  return { ...setup, folder: join(setup.folder, `${count}`) };
}

/** How many runs wait with a sleeping job, how many have completed, and whether all of these are counted. @param {import("ioredis").Redis} redis @param {string} tag */
function watcherOf(redis, tag) {
  return {
    waiting: async () =>
      Math.min(await redis.zcard(`${tag}:runs:waiting`), await redis.zcard(`${tag}:default:delayed`)),
    completed: () => completedRuns(redis, tag),
    filed: async () => ((await redis.zcard(`${tag}:runs:unfiled`)) === 0 ? 1 : 0),
  };
}

/** @param {Measured} client @param {ReturnType<typeof watcherOf>} watch @param {number} runs */
async function parkAll(client, watch, runs) {
  await client.ask({ type: "park", runs });
  await reach(watch.waiting, runs, "runs parked");
}

/** Seconds from the first answer to the last end. @param {Measured} client @param {ReturnType<typeof watcherOf>} watch @param {number} runs */
async function wakeAll(client, watch, runs) {
  const wanted = (await watch.completed()) + runs;
  const startedAt = performance.now();
  const answered = client.ask({ type: "answer" });
  await reach(watch.completed, wanted, "runs completed");
  await answered;
  return (performance.now() - startedAt) / 1_000;
}

/** @param {Measured} client @param {import("../processes.mjs").Question} question */
async function times(client, question) {
  const taken = /** @type {number[]} */ (await client.ask(question));
  return { p50: rounded(percentile(taken, 0.5)), p99: rounded(percentile(taken, 0.99)) };
}

/** After a garbage collection. @param {Measured} worker */
async function lookAt(worker) {
  return /** @type {Look} */ (await worker.ask({ type: "look" }));
}

/**
 * CPU time used so far, in ms: what a busy machine does not change.
 * @param {import("ioredis").Redis} redis
 * @param {Record<"client" | "workers", Measured[]>} processes
 */
async function cpuOf(redis, { client, workers: working }) {
  const sum = async (/** @type {Measured[]} */ measured) =>
    (await Promise.all(measured.map(lookAt))).reduce((total, { cpuMs }) => total + cpuMs, 0);
  return {
    client: await sum(client),
    workers: await sum(working),
    redis: (await redisCpuMs(redis)).server,
  };
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return rounded(bytes / 2 ** 20);
}
