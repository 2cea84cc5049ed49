// Workload w9: what every page costs to read while Redis holds 200,000 runs, over the real HTTP API, and how long Redis
// keeps others waiting meanwhile. Targets: below 200 ms a page, PING below 20 ms. There is no other system to compare with.
import { partitionTag } from "@runfleet/store";
import { bytesOf, mebi } from "../capacity/model.mjs";
import { startMeasured } from "../processes.mjs";
import { redisBytes } from "../redis-work.mjs";
import { percentile, rounded } from "../statistics.mjs";
import { fill } from "./fill.mjs";
import { readsOf } from "./reads.mjs";

/**
 * @typedef {{ p50: number, p99: number }} Times in ms
 * @typedef {{ title: string, unit: string, better: "lower", runfleet: number, bullmq: null, ratio: null, runs: number, redisMiB: number, holding: import("../capacity/model.mjs").Holding, predicted?: { redisMiB: number, toMeasured: number }, fillSeconds: number, idlePing: Times, pages: Record<string, Times & { kilobytes: number, ping: number, redis: number, longest: number }>, slow: string[] }} ReadFigures
 *   runfleet: p99 of the slowest page; redis: ms of Redis' time per read; longest: its longest command, in ms; ping: p99 while the page was read; slow: pages that missed a target
 */

/** @type {Readonly<Record<import("../workloads.mjs").Scale, import("./fill.mjs").Amounts & { times: number }>>} */
const amounts = {
  quick: { runs: 5_000, children: 100, schedules: 50, times: 10 },
  full: { runs: 200_000, children: 1_000, schedules: 500, times: 40 },
};
const title = "every page read over HTTP with all these runs in Redis; while it is read, PING";
const targets = { pageMs: 200, pingMs: 20 };
const pageRows = 50;
/** Reads of each page before any is timed. */
const warmUp = 3;

/**
 * On an empty Redis, with new processes.
 * @param {import("../rows.mjs").RowOptions} options
 * @returns {Promise<ReadFigures>}
 */
export async function benchReads({ redis, setup, scale, known }) {
  const amount = amounts[scale];
  const [, appendOnly = "yes"] = /** @type {string[]} */ (await redis.config("GET", "appendonly"));
  const startedAt = performance.now();
  const worker = await startMeasured("runfleet-worker.mjs", setup);
  const filled = await fill({
    redis,
    redisUrl: setup.redisUrl,
    namespace: setup.name,
    amounts: amount,
    worker,
  });
  const fillSeconds = rounded((performance.now() - startedAt) / 1_000);
  const server = await startMeasured("reads/reads-server.mjs", setup);
  const pinger = await startMeasured("reads/pinger.mjs", setup);
  try {
    const url = String(await server.ask({ type: "address" }));
    const places = { ...filled, deep: await deepCursors(redis, partitionTag(setup.name, 0), amount.runs) };
    const ping = async () => timesOf(/** @type {number[]} */ (await pinger.ask({ type: "pings" })));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const idlePing = await ping();
    await forgetWork(redis);
    /** @type {ReadFigures["pages"]} */
    const pages = {};
    for (const { name, path } of readsOf(places)) {
      const { taken, kilobytes } = await readMany(`${url}${path}`, amount.times);
      const others = (await ping()).p99;
      pages[name] = {
        ...timesOf(taken),
        kilobytes,
        ping: others,
        ...(await redisWork(redis, amount.times + warmUp)),
      };
    }
    const slow = Object.entries(pages).flatMap(([name, { p99, ping: others }]) =>
      p99 < targets.pageMs && others < targets.pingMs ? [] : [name],
    );
    const bytes = await redisBytes(redis);
    return {
      ...{ title, unit: "ms", better: "lower", bullmq: null, ratio: null },
      runfleet: Math.max(...Object.values(pages).map(({ p99 }) => p99)),
      runs: filled.runs,
      redisMiB: rounded(bytes / mebi),
      holding: filled.holding,
      ...predictionOf(filled.holding, { bytes, known }),
      fillSeconds,
      idlePing,
      pages,
      slow,
    };
  } finally {
    await Promise.all([server.stop(), pinger.stop()]);
    await redis.flushall();
    await redis.config("SET", "appendonly", appendOnly);
  }
}

/**
 * What the capacity model says of this, where what it needs was measured. Pure.
 * @param {import("../capacity/model.mjs").Holding} holding
 * @param {{ bytes: number, known: import("../results.mjs").Results }} measured
 * @returns {{ predicted?: { redisMiB: number, toMeasured: number } }}
 */
export function predictionOf(holding, { bytes, known: { capacity, w5 } }) {
  if (capacity === undefined || w5 === undefined) return {};
  const costs = { capacity, parkedBytes: w5.redis.bytesPerRun, feedBytes: w5.redis.feedBytes };
  const predicted = bytesOf(costs, holding);
  return { predicted: { redisMiB: rounded(predicted / mebi), toMeasured: rounded(predicted / bytes) } };
}

/**
 * What Redis did since the last question: ms per read, and its longest command, which is how long it can keep others
 * waiting. Unlike the other figures these are not changed by a busy machine. The inside of a script counts twice.
 * @param {import("ioredis").Redis} redis
 * @param {number} reads
 */
async function redisWork(redis, reads) {
  const info = await redis.info("commandstats");
  const spent = [...info.matchAll(/^cmdstat_([a-z|]+):calls=\d+,usec=(\d+)/gm)]
    .filter(([, command = ""]) => !/^(ping|info|config|slowlog)/.test(command))
    .reduce((sum, [, , microseconds]) => sum + Number(microseconds), 0);
  const slow = /** @type {[number, number, number][]} */ (await redis.slowlog("GET", 1_000));
  const longest = slow.reduce((most, [, , microseconds]) => Math.max(most, microseconds), loggedMicroseconds);
  await forgetWork(redis);
  return { redis: rounded(spent / 1_000 / reads), longest: rounded(longest / 1_000) };
}

/** Shorter commands keep nobody waiting. */
const loggedMicroseconds = 200;

/** @param {import("ioredis").Redis} redis */
async function forgetWork(redis) {
  await redis.config("SET", "slowlog-log-slower-than", loggedMicroseconds);
  await redis.config("SET", "slowlog-max-len", 1_000);
  await redis.config("RESETSTAT");
  await redis.slowlog("RESET");
}

/** One after the other, the first three not counted. @param {string} address @param {number} times */
async function readMany(address, times) {
  /** @type {number[]} */
  const taken = [];
  let kilobytes = 0;
  for (let index = -warmUp; index < times; index += 1) {
    const startedAt = performance.now();
    const response = await fetch(address);
    const body = await response.arrayBuffer();
    if (!response.ok)
      throw new Error(`${address} answers ${response.status}: ${Buffer.from(body).toString().slice(0, 500)}`);
    if (index >= 0) taken.push(performance.now() - startedAt);
    kilobytes = rounded(body.byteLength / 1_000);
  }
  return { taken, kilobytes };
}

/** Where the thousandth page begins, or the middle when there are fewer. @param {import("ioredis").Redis} redis @param {string} tag @param {number} runs */
async function deepCursors(redis, tag, runs) {
  const rank = Math.min(1_000 * pageRows, Math.floor(runs / 2)) - 1;
  // Nearly all of them have completed, so the place in that list is about the place in the list of all.
  const [completed = ""] = await redis.zrevrange(`${tag}:runs:completed`, rank, rank);
  return { all: completed, completed };
}

/** @param {readonly number[]} taken */
function timesOf(taken) {
  return { p50: rounded(percentile(taken, 0.5)), p99: rounded(percentile(taken, 0.99)) };
}
