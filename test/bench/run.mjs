// `npm run bench`: Runfleet against raw BullMQ, the substrate's own speed, on one Redis that is started for this
// (append-only file, fsync every second). Each repetition measures both right after each other, in turns first, in new
// processes and on an empty Redis. The figure that counts is the ratio.
import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedRedis } from "@runfleet/testing";
import { Redis } from "ioredis";
import { measureCosts } from "./costs.mjs";
import { benchEngine } from "./engine/bench-engine.mjs";
import { benchFamilies } from "./families/bench-families.mjs";
import { describeMachine, loadNow, readVersions } from "./machine.mjs";
import { measure } from "./measure.mjs";
import { alone, readOptions, usage } from "./options.mjs";
import { benchParked } from "./parked/bench-parked.mjs";
import { costsOf, roundTripsOf, rowTablesOf, tableOf } from "./print.mjs";
import { profileRunfleet } from "./profile.mjs";
import { benchReads } from "./reads/bench-reads.mjs";
import { findRegressions, readCommitted, saveResults, saveRows, toleranceShare } from "./results.mjs";
import { countRoundTrips } from "./round-trips.mjs";
import { openSide } from "./side.mjs";
import { figuresOf } from "./statistics.mjs";
import { workloads } from "./workloads.mjs";

/**
 * @typedef {import("./options.mjs").BenchOptions} BenchOptions
 * @typedef {import("./side.mjs").Side} Side
 * @typedef {{ redis: Redis, redisUrl: string, folder: string, say: (line: string) => void }} Place
 */

const root = fileURLToPath(new URL("../../", import.meta.url));
const systems = /** @type {const} */ (["runfleet", "bullmq"]);
/** Runs or jobs one worker has in hand at once; both sides are fastest about here. */
const concurrency = 64;

/** Load per core from which on somebody else takes part in the measurement. */
const busyShare = 0.5;

/** @param {Place} place @param {string} name */
function setupOf({ redisUrl, folder }, name) {
  return { redisUrl, name, concurrency, folder: join(folder, "work") };
}

/**
 * Both sides with new processes on an empty Redis.
 * @template T
 * @param {Place} place
 * @param {string} name
 * @param {(sides: Record<"runfleet" | "bullmq", Side>) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withSides(place, name, use) {
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

/** @param {Place} place @param {BenchOptions} options */
async function measureAll(place, { names, scale, repetitions }) {
  /** @type {Map<string, import("./statistics.mjs").Pair[]>} */
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
    [...pairs].map(([name, measured]) => [name, figuresOf(workloadOf(name), measured)]),
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

/** @param {Place} place */
async function countAll(place) {
  place.say("commands per run");
  return withSides(place, "count", async ({ runfleet, bullmq }) => ({
    runfleet: await countRoundTrips(runfleet, place.redis),
    bullmq: await countRoundTrips(bullmq, place.redis),
  }));
}

/**
 * A row with its machine: it can be measured alone.
 * @template T
 * @param {Place} place
 * @param {BenchOptions} options
 * @param {{ name: string, measure: (options: Parameters<typeof benchParked>[0]) => Promise<T> }} row
 */
async function measureAlone(place, { scale }, { name, measure: bench }) {
  place.say(name);
  const before = loadNow();
  await place.redis.flushall();
  const figures = await bench({ redis: place.redis, setup: setupOf(place, "rf"), scale });
  const machine = describeMachine({ before, after: loadNow() });
  return { ...figures, machine, versions: await readVersions(place.redis) };
}

/** @param {Place} place @param {BenchOptions} options */
async function measureRows(place, options) {
  const { names } = options;
  return {
    ...(names.includes("w5") && {
      w5: await measureAlone(place, options, { name: "parked", measure: benchParked }),
    }),
    ...(names.includes("w9") && {
      w9: await measureAlone(place, options, { name: "reads", measure: benchReads }),
    }),
    ...(names.includes("w10") && {
      w10: await measureAlone(place, options, { name: "families", measure: benchFamilies }),
    }),
  };
}

/** @param {Place} place @param {BenchOptions} options @returns {Promise<number>} exit code */
async function bench(place, options) {
  const before = loadNow();
  if (before > busyShare * availableParallelism())
    place.say(`the machine is busy (load ${before}): the figures will scatter, do not commit them`);
  const rows = await measureRows(place, options);
  const names = options.names.filter((name) => !alone.some((other) => other === name));
  if (names.length > 0) return benchPairs(place, { ...options, names }, { before, rows });
  console.log(options.json ? JSON.stringify(rows, null, 2) : rowTablesOf(rows));
  if (options.save) await saveRows(options.scale, rows);
  return 0;
}

/**
 * @param {Place} place
 * @param {BenchOptions} options
 * @param {{ before: number, rows: Parameters<typeof rowTablesOf>[0] }} measuredBefore
 * @returns {Promise<number>} exit code
 */
async function benchPairs(place, options, { before, rows }) {
  const measured = await measureAll(place, options);
  const roundTrips = await countAll(place);
  const document = {
    ...{ ...measured, ...rows },
    ...{ scale: options.scale, concurrency, roundTrips },
    machine: describeMachine({ before, after: loadNow() }),
    versions: await readVersions(place.redis),
  };
  const tables = [tableOf(measured), rowTablesOf(rows), roundTripsOf(roundTrips)];
  console.log(options.json ? JSON.stringify(document, null, 2) : tables.join("\n\n"));
  if (options.save) await saveResults(options.scale, document);
  if (!options.compare) return 0;
  const regressions = findRegressions(measured, await readCommitted(options.scale));
  for (const line of regressions) console.error(line);
  if (regressions.length === 0) place.say(`no ratio is more than ${toleranceShare * 100} % worse`);
  return regressions.length === 0 ? 0 : 1;
}

/** @param {Place} place @param {BenchOptions} options @returns {Promise<number>} exit code */
async function costs(place, { json }) {
  const measured = await withSides(place, "costs", async ({ runfleet, bullmq }) => ({
    runfleet: await measureCosts(runfleet, place.redis),
    bullmq: await measureCosts(bullmq, place.redis),
  }));
  console.log(json ? JSON.stringify(measured, null, 2) : costsOf(measured));
  return 0;
}

/** @param {Place} place @returns {Promise<number>} exit code */
async function profile(place) {
  const folder = join(root, ".cache", "bench-profile");
  await rm(folder, { recursive: true, force: true });
  for (const line of await profileRunfleet({ redis: place.redis, setup: setupOf(place, "profile"), folder }))
    console.log(line);
  return 0;
}

/** @param {BenchOptions} options @returns {Promise<number>} exit code */
async function withRedis(options) {
  const folder = join(root, ".cache", "bench");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const say = (/** @type {string} */ line) => console.error(line);
  const server = await startEmbeddedRedis({
    dir: join(folder, "redis"),
    cacheDir: join(root, ".cache", "runfleet"),
    log: say,
  });
  const redis = new Redis(server.url);
  try {
    if (server.kind === "js")
      throw new Error(
        "the bench needs a real redis-server; install one (the JavaScript one measures itself)",
      );
    // A rewrite of the append-only file in the middle of one side's turn would be charged to that side.
    await redis.config("SET", "auto-aof-rewrite-percentage", "0");
    const place = { redis, redisUrl: server.url, folder, say };
    if (options.costs) return await costs(place, options);
    return await (options.profile ? profile(place) : bench(place, options));
  } finally {
    redis.disconnect();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string[]} args @returns {Promise<number>} exit code */
async function main(args) {
  /** @type {BenchOptions} */
  let options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  if (options.engine) return benchEngine(options);
  if (!options.help) return withRedis(options);
  console.log(usage);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
