// Committed results: one file per scale, way of writing the append-only file and version of Node, and one for the engine, written
// with --save; and the comparison that fails when a ratio got worse.
// Only ratios are compared: absolute figures belong to one machine and one moment.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";

/**
 * @typedef {import("./workloads.mjs").Scale} Scale
 * @typedef {Scale | `${Scale}-${string}`} CircumstancesName
 * @typedef {CircumstancesName | "engine"} ResultsName
 * @typedef {import("./statistics.mjs").Figures} Figures
 * @typedef {{
 *   w1?: Figures, w2?: Figures, w3?: Figures, w4?: Figures, w7?: Figures,
 *   w5?: import("./parked/bench-parked.mjs").ParkedFigures, w6?: import("./takeover/bench-takeover.mjs").TakeoverFigures,
 *   w8?: import("./loop/bench-loop.mjs").LoopFigures, w9?: import("./reads/bench-reads.mjs").ReadFigures,
 *   w10?: import("./workers/bench-workers.mjs").WorkersFigures, families?: import("./families/bench-families.mjs").FamilyFigures,
 *   memory?: import("./memory/bench-memory.mjs").MemoryFigures, capacity?: import("./capacity/bench-capacity.mjs").CapacityFigures,
 *   soak?: import("./soak/bench-soak.mjs").SoakFigures, partitions?: import("./partitions/bench-partitions.mjs").PartitionsFigures,
 *   machine?: import("./machine.mjs").Machine, versions?: import("./machine.mjs").Versions, aof?: import("./place.mjs").Aof,
 * }} Results rows by name, those that were measured
 * @typedef {Readonly<Record<string, { better: "higher" | "lower", ratio: number | null }>>} Measured row → figures
 */

/** A ratio may be this much worse before it counts: less is noise on a shared machine. */
export const toleranceShare = 0.2;

/** Its results have the plain names: the oldest that is supported. */
const usualNode = "20";

/**
 * @param {{ scale: Scale, aof: import("./place.mjs").Aof, node?: string }} options node: its version, by default this process'
 * @returns {CircumstancesName}
 */
export function resultsNameOf({ scale, aof, node = process.versions.node }) {
  const [major = usualNode] = node.split(".");
  /** @type {CircumstancesName} */
  const name = aof === "everysec" ? scale : `${scale}-aof-${aof}`;
  return major === usualNode ? name : `${name}-node${major}`;
}

/** @param {ResultsName} name */
const fileOf = (name) => new URL(`results/${name}.json`, import.meta.url);

/**
 * @param {ResultsName} name
 * @param {object} document
 */
export async function saveResults(name, document) {
  await writeFile(fileOf(name), `${JSON.stringify(document, null, 2)}\n`);
}

/**
 * Rows that were measured alone, in the place of the committed ones.
 * @param {ResultsName} name
 * @param {object} rows
 */
export async function saveRows(name, rows) {
  await saveResults(name, { ...(await readCommitted(name)), ...rows });
}

/**
 * The committed results of this name; none when there are none.
 * @param {ResultsName} name
 * @returns {Promise<Measured>}
 */
export async function readCommitted(name) {
  const file = fileOf(name);
  return existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : {};
}

/** The committed results of the rows. @param {CircumstancesName} name @returns {Promise<Results>} */
export async function readResults(name) {
  return /** @type {Results} */ (await readCommitted(name));
}

/**
 * One sentence per row whose ratio is worse than the committed one by more than the tolerance. Rows that only one of the
 * two knows, and those without a ratio, are left out.
 * @param {Measured} measured
 * @param {Measured} committed
 * @returns {string[]}
 */
export function findRegressions(measured, committed) {
  return Object.entries(measured).flatMap(([name, { ratio, better }]) => {
    const before = committed[name]?.ratio ?? null;
    if (before === null || ratio === null) return [];
    const worseBy = better === "higher" ? 1 - ratio / before : ratio / before - 1;
    if (worseBy <= toleranceShare) return [];
    return [`${name}: ratio ${ratio}, committed ${before}: ${Math.round(worseBy * 100)} % worse`];
  });
}
