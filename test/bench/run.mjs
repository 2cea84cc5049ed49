// `npm run bench`: Runfleet against raw BullMQ, the substrate's own speed, on one Redis that is started for this. The
// figure that counts is the ratio. Knows the modes and the order of things; how a row is measured is in its own file.
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { measureCosts } from "./costs.mjs";
import { benchEngine } from "./engine/bench-engine.mjs";
import { describeMachine, loadNow, readVersions } from "./machine.mjs";
import { readOptions, usage } from "./options.mjs";
import { measurePairs, withSides } from "./pairs.mjs";
import { concurrency, profilesFolder, setupOf, withPlace } from "./place.mjs";
import { costsOf, roundTripsOf, tableOf } from "./print.mjs";
import { profileRunfleet } from "./profile.mjs";
import {
  findRegressions,
  readCommitted,
  readResults,
  resultsNameOf,
  saveRows,
  toleranceShare,
} from "./results.mjs";
import { countRoundTrips } from "./round-trips.mjs";
import { rows } from "./rows.mjs";
import { soak, soakLinesOf } from "./soak/bench-soak.mjs";
import { writeTables } from "./tables.mjs";
import { workloads } from "./workloads.mjs";

/**
 * @typedef {import("./options.mjs").BenchOptions} BenchOptions
 * @typedef {import("./place.mjs").Place} Place
 */

/** Load per core from which on somebody else takes part in the measurement. */
const busyShare = 0.5;

/** @param {Place} place @param {BenchOptions} options @returns {Promise<number>} exit code */
async function bench(place, options) {
  const before = loadNow();
  if (before > busyShare * availableParallelism())
    place.say(`the machine is busy (load ${before}): the figures will scatter, do not commit them`);
  const single = await measureRows(place, options);
  const pairs = await benchPairs(place, options);
  const measured = { ...pairs.measured, ...single.measured };
  if (options.json) console.log(JSON.stringify({ ...pairs.document, ...single.measured }, null, 2));
  else console.log([...single.tables, ...pairs.tables].join("\n\n"));
  if (options.save) await save(options, { document: pairs.document, single: single.measured });
  return options.compare ? compare(place, options, measured) : 0;
}

/** @param {BenchOptions} options @param {{ document: object | undefined, single: object }} results */
async function save(options, { document, single }) {
  await saveRows(resultsNameOf(options), { ...document, ...single });
}

/** @param {Place} place @param {BenchOptions} options @param {import("./results.mjs").Measured} measured */
async function compare(place, options, measured) {
  const regressions = findRegressions(measured, await readCommitted(resultsNameOf(options)));
  for (const line of regressions) console.error(line);
  if (regressions.length === 0) place.say(`no ratio is more than ${toleranceShare * 100} % worse`);
  return regressions.length === 0 ? 0 : 1;
}

/** Each with the machine it was measured on, since each can be measured alone. @param {Place} place @param {BenchOptions} options */
async function measureRows(place, { names, scale, aof }) {
  const committed = await readResults(resultsNameOf({ scale, aof }));
  /** @type {Record<string, import("./rows.mjs").RowFigures>} */
  const measured = {};
  /** @type {string[]} */
  const tables = [];
  for (const [name, row] of Object.entries(rows).filter(([each]) => names.includes(each))) {
    place.say(name);
    const before = loadNow();
    await place.redis.flushall();
    const known = { ...committed, ...measured };
    const setup = setupOf(place, "rf");
    const { figures, table } = await row.measure({ redis: place.redis, setup, scale, known });
    measured[name] = { ...figures, ...(await circumstances(place, before)) };
    tables.push(table);
  }
  return { measured, tables };
}

/** Without a document when no pair is wanted. @param {Place} place @param {BenchOptions} options */
async function benchPairs(place, options) {
  const names = options.names.filter((name) => name in workloads);
  if (names.length === 0) return { measured: {}, tables: [] };
  const before = loadNow();
  const measured = await measurePairs(place, { ...options, names });
  place.say("commands per run");
  const roundTrips = await withSides(place, "count", async ({ runfleet, bullmq }) => ({
    runfleet: await countRoundTrips(runfleet, place.redis),
    bullmq: await countRoundTrips(bullmq, place.redis),
  }));
  const { scale } = options;
  const document = {
    ...{ ...measured, scale, concurrency, roundTrips },
    ...(await circumstances(place, before)),
  };
  return { measured, document, tables: [tableOf(measured), roundTripsOf(roundTrips)] };
}

/** @param {Place} place @param {number} before load */
async function circumstances({ redis, aof }, before) {
  const machine = describeMachine({ before, after: loadNow() });
  return { aof, machine, versions: await readVersions(redis) };
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
  await rm(profilesFolder, { recursive: true, force: true });
  const setup = setupOf(place, "profile");
  for (const line of await profileRunfleet({ redis: place.redis, setup, folder: profilesFolder }))
    console.log(line);
  return 0;
}

/** @param {Place} place @param {BenchOptions} options @returns {Promise<number>} exit code */
async function soakFor(place, options) {
  const before = loadNow();
  const figures = { ...(await soak(place, options)), ...(await circumstances(place, before)) };
  console.log(options.json ? JSON.stringify(figures, null, 2) : soakLinesOf(figures).join("\n"));
  if (options.save) await saveRows(resultsNameOf(options), { soak: figures });
  return figures.grows.length === 0 ? 0 : 1;
}

/** What needs a Redis. @param {BenchOptions} options */
function modeOf(options) {
  if (options.costs) return costs;
  if (options.soak) return soakFor;
  return options.profile ? profile : bench;
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
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.tables) return writeTables();
  if (options.engine) return benchEngine(options);
  return withPlace(options.aof, (place) => modeOf(options)(place, options));
}

process.exitCode = await main(process.argv.slice(2));
