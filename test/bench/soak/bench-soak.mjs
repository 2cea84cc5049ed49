// `npm run bench -- --soak`: a fleet at 70 % of what this machine can do, for as long as wanted, with a server whose pages are
// read. Nothing may grow but the ended runs that are kept, and these level off. Fails when something does.
import { setTimeout as pause } from "node:timers/promises";
import { partitionTag } from "@runfleet/store";
import { usedBytes } from "../parked/memory.mjs";
import { setupOf } from "../place.mjs";
import { startMeasured } from "../processes.mjs";
import { reach } from "../reach.mjs";
import { rounded } from "../statistics.mjs";
import { trendOf, withoutRuns } from "./trend.mjs";

/**
 * @typedef {import("../place.mjs").Place} Place
 * @typedef {import("../processes.mjs").Measured} Measured
 * @typedef {{ atMs: number, bytes: number, retained: number, open: number, worker: Look, server: Look }} Sample
 * @typedef {{ rssBytes: number, heapBytes: number }} Look after a garbage collection
 * @typedef {Awaited<ReturnType<typeof soak>>} SoakFigures
 */

const loadShare = 0.7;
/** As many as the queue keeps jobs of, so that these are all there. The feed has a bound too and is left out of what Redis holds. */
const firstRuns = 10_000;
/** Runs by which the machine is measured, after the first ones: what the many take longer than the few, since the last of either sleep. */
const measuredRuns = { few: 3_000, many: 9_000 };
/** Runs that are open for longer than this many seconds are work that is not done: then the machine has other things to do. */
const openSecondsMax = 10;
const samples = 180;
/** Pages that are read all the time. */
const pages = ["/api/v1/runs?limit=50", "/api/v1/fleet", "/api/v1/gates", "/api/v1/usage?by=both&top=6"];
const readEveryMs = 500;
/** How much each may seem to rise in the second half: heaps are looked at after a collection, RSS has pages that V8 keeps, Redis has capped lists. */
const tolerated = { heap: 0.05, rss: 0.1, redis: 0.05 };

/**
 * @param {Place} place
 * @param {{ minutes: number }} options
 */
export async function soak(place, { minutes }) {
  const setup = setupOf(place, "rf");
  const client = await startMeasured("soak/soak-client.mjs", setup);
  const worker = await startMeasured("soak/soak-worker.mjs", setup, ["--expose-gc"]);
  const server = await startMeasured("reads/reads-server.mjs", setup, ["--expose-gc"]);
  const tag = partitionTag(setup.name, 0);
  const count = countsOf(place, tag);
  let isOver = false;
  /** @type {Promise<void>} */
  let reading = Promise.resolve();
  try {
    const capacityPerSecond = await measureCapacity(client, count);
    const perSecond = capacityPerSecond * loadShare;
    place.say(`soak: ${rounded(perSecond)} runs/s of ${rounded(capacityPerSecond)}, for ${minutes} minutes`);
    reading = readPages(String(await server.ask({ type: "address" })), () => isOver);
    await client.ask({ type: "load", perSecond });
    const taken = await sampled({ worker, server, place, tag, count, lastsMs: minutes * 60_000 });
    await client.ask({ type: "rest" });
    return { minutes, capacityPerSecond: rounded(capacityPerSecond), ...soakFigures(taken, perSecond) };
  } finally {
    isOver = true;
    await reading;
    await Promise.all([client, worker, server].map((each) => each.stop()));
  }
}

/**
 * Pure.
 * @param {readonly Sample[]} taken
 * @param {number} perSecond runs that arrived
 */
export function soakFigures(taken, perSecond) {
  const trend = (/** @type {(sample: Sample) => number} */ read, /** @type {number} */ toleratedShare) =>
    trendOf(
      taken.map((sample) => ({ atMs: sample.atMs, value: read(sample) / 2 ** 20 })),
      { toleratedShare },
    );
  const trends = {
    "worker heap": trend(({ worker }) => worker.heapBytes, tolerated.heap),
    "worker RSS": trend(({ worker }) => worker.rssBytes, tolerated.rss),
    "server heap": trend(({ server }) => server.heapBytes, tolerated.heap),
    "server RSS": trend(({ server }) => server.rssBytes, tolerated.rss),
    "Redis beyond its runs": trendOf(
      withoutRuns(taken.map((sample) => ({ ...sample, runs: sample.retained + sample.open }))).map(
        ({ atMs, value }) => ({ atMs, value: value / 2 ** 20 }),
      ),
      { toleratedShare: tolerated.redis },
    ),
  };
  const { retained = 0, open = 0 } = taken.at(-1) ?? {};
  const rising = Object.entries(trends).flatMap(([name, { grows }]) => (grows ? [name] : []));
  return {
    ...{ perSecond: rounded(perSecond), retained, open, mebibytes: trends },
    grows: [
      ...rising,
      ...(open > perSecond * openSecondsMax ? ["runs that are open: the machine did not keep up"] : []),
    ],
  };
}

/** @param {SoakFigures} figures */
export function soakLinesOf({ minutes, perSecond, capacityPerSecond, retained, open, mebibytes, grows }) {
  return [
    `${perSecond} runs/s of ${capacityPerSecond} for ${minutes} minutes; at the end ${retained} ended runs kept, ${open} open`,
    ...Object.entries(mebibytes).map(
      ([name, { level, perHour, share }]) =>
        `  ${name}: ${level} MiB in the second half, ${perHour} MiB/h, ${(share * 100).toFixed(1)} % in this half`,
    ),
    grows.length === 0 ? "nothing grows" : `grows: ${grows.join(", ")}`,
  ];
}

/** @param {Place} place @param {string} tag */
function countsOf({ redis }, tag) {
  const sum = async (/** @type {string[]} */ lists) =>
    (await Promise.all(lists.map((list) => redis.zcard(`${tag}:runs:${list}`)))).reduce((a, b) => a + b, 0);
  return {
    retained: () => sum(["completed", "failed", "cancelled"]),
    open: () => sum(["pending", "running", "waiting"]),
    failed: () => sum(["failed"]),
  };
}

/** Runs per second of the mixture. @param {Measured} client @param {ReturnType<typeof countsOf>} count */
async function measureCapacity(client, count) {
  const through = async (/** @type {number} */ runs) => {
    const startedAt = performance.now();
    await client.ask({ type: "produce", runs });
    await reach(async () => ((await count.open()) === 0 ? 1 : 0), 1, "times that nothing is open");
    return (performance.now() - startedAt) / 1_000;
  };
  await through(firstRuns);
  const { few, many } = measuredRuns;
  const secondsOfFew = await through(few);
  return (many - few) / ((await through(many)) - secondsOfFew);
}

/**
 * @param {{ worker: Measured, server: Measured, place: Place, tag: string, count: ReturnType<typeof countsOf>, lastsMs: number }} options
 * @returns {Promise<Sample[]>}
 */
async function sampled({ worker, server, place, tag, count, lastsMs }) {
  /** @type {Sample[]} */
  const taken = [];
  const begunAt = performance.now();
  for (let number = 1; number <= samples; number += 1) {
    await pause(Math.max(0, begunAt + (number * lastsMs) / samples - performance.now()));
    const [ofWorker, ofServer] = await Promise.all(
      [worker, server].map((each) => each.ask({ type: "look" })),
    );
    const failed = await count.failed();
    if (failed > 0) throw new Error(`${failed} runs failed`);
    taken.push({
      atMs: performance.now() - begunAt,
      bytes: (await usedBytes(place.redis, tag)).runs,
      ...{ retained: await count.retained(), open: await count.open() },
      ...{ worker: /** @type {Look} */ (ofWorker), server: /** @type {Look} */ (ofServer) },
    });
  }
  return taken;
}

/** @param {string} address @param {() => boolean} isOver */
async function readPages(address, isOver) {
  for (let read = 0; !isOver(); read += 1) {
    const response = await fetch(`${address}${pages[read % pages.length]}`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`a page answers ${response.status}`);
    await pause(readEveryMs);
  }
}
