// Committed results: one file per scale and one for the engine, written with --save, and the comparison that fails when a ratio got worse.
// Only ratios are compared: absolute figures belong to one machine and one moment.
import { readFile, writeFile } from "node:fs/promises";

/**
 * @typedef {import("./statistics.mjs").Figures} Figures
 * @typedef {import("./workloads.mjs").Scale} Scale
 * @typedef {Scale | "engine"} ResultsName
 * @typedef {Readonly<Record<string, Pick<Figures, "ratio" | "better">>>} Measured workload → figures
 */

/** A ratio may be this much worse before it counts: less is noise on a shared machine. */
export const toleranceShare = 0.2;

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
 * The committed results of this name.
 * @param {ResultsName} name
 * @returns {Promise<Measured>}
 */
export async function readCommitted(name) {
  return JSON.parse(await readFile(fileOf(name), "utf8"));
}

/**
 * One sentence per workload whose ratio is worse than the committed one by more than the tolerance. Workloads that only
 * one of the two knows are left out.
 * @param {Measured} measured
 * @param {Measured} committed
 * @returns {string[]}
 */
export function findRegressions(measured, committed) {
  return Object.entries(measured).flatMap(([name, { ratio, better }]) => {
    const before = committed[name]?.ratio;
    if (before === undefined) return [];
    const worseBy = better === "higher" ? 1 - ratio / before : ratio / before - 1;
    if (worseBy <= toleranceShare) return [];
    return [`${name}: ratio ${ratio}, committed ${before}: ${Math.round(worseBy * 100)} % worse`];
  });
}
