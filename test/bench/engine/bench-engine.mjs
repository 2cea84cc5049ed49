// `npm run bench -- --engine`: what a decision costs early and late. Needs no Redis. The small and the large form of a
// case are measured in turns; the figure that counts, and that is compared, is the median of their ratios.
import { describeMachine, loadNow } from "../machine.mjs";
import { findRegressions, readCommitted, saveResults, toleranceShare } from "../results.mjs";
import { median, rangeOf, rounded } from "../statistics.mjs";
import { prepareCases } from "./cases.mjs";

/**
 * @typedef {{ min: number, median: number, max: number }} Spread
 * @typedef {import("./cases.mjs").Words} Words
 * @typedef {{
 *   title: string, unit: string, better: "lower",
 *   few: Spread & { what: string }, many: Spread & { what: string }, ratio: number, range: { min: number, max: number },
 * }} EngineFigures
 */

const rounds = 21;
/** Rounds nobody counts: the first ones measure the compiler of the machine. */
const warmUp = 5;

/** @param {{ json: boolean, save: boolean, compare: boolean }} options @returns {Promise<number>} exit code */
export async function benchEngine({ json, save, compare }) {
  const before = loadNow();
  const { cases, stateBytes } = prepareCases();
  const measured = measureCases(cases);
  const document = {
    ...measured,
    stateBytes,
    rounds,
    machine: describeMachine({ before, after: loadNow() }),
    versions: { node: process.versions.node },
  };
  console.log(json ? JSON.stringify(document, null, 2) : linesOf(measured).join("\n"));
  if (save) await saveResults("engine", document);
  if (!compare) return 0;
  const regressions = findRegressions(measured, await readCommitted("engine"));
  for (const line of regressions) console.error(line);
  if (regressions.length === 0) console.error(`no ratio is more than ${toleranceShare * 100} % worse`);
  return regressions.length === 0 ? 0 : 1;
}

/** @param {Record<string, import("./cases.mjs").Case>} cases @returns {Record<string, EngineFigures>} */
function measureCases(cases) {
  return Object.fromEntries(
    Object.entries(cases).map(([name, { measure, ...words }]) => {
      for (let round = 0; round < warmUp; round += 1) pairOf(measure, round);
      const pairs = Array.from({ length: rounds }, (_, round) => pairOf(measure, round));
      return [name, figuresOfEngine(words, pairs)];
    }),
  );
}

/** Who is first changes, so that neither always gets the warmer machine. */
function pairOf(
  /** @type {import("./cases.mjs").Case["measure"]} */ { few, many },
  /** @type {number} */ round,
) {
  if (round % 2 === 0) {
    const early = few();
    return { few: early, many: many() };
  }
  const late = many();
  return { few: few(), many: late };
}

/**
 * @param {Words} words
 * @param {readonly { few: number, many: number }[]} pairs
 * @returns {EngineFigures}
 */
export function figuresOfEngine({ title, unit, few, many }, pairs) {
  const ratios = pairs.map((pair) => pair.many / pair.few);
  return {
    ...{ title, unit, better: "lower" },
    few: { what: few, ...spreadOf(pairs.map((pair) => pair.few)) },
    many: { what: many, ...spreadOf(pairs.map((pair) => pair.many)) },
    ratio: rounded(median(ratios)),
    range: rangeOf(ratios),
  };
}

/** @param {readonly number[]} values @returns {Spread} */
function spreadOf(values) {
  return { ...rangeOf(values), median: rounded(median(values)) };
}

/** @param {Readonly<Record<string, EngineFigures>>} measured @returns {string[]} */
function linesOf(measured) {
  return Object.entries(measured).flatMap(([name, { title, unit, few, many, ratio, range }]) => [
    `${name}: ${title}, ${unit}`,
    `  ${few.median} (${few.min}–${few.max})  ${few.what}`,
    `  ${many.median} (${many.min}–${many.max})  ${many.what}`,
    `  ratio ${ratio} (${range.min}–${range.max})`,
  ]);
}
