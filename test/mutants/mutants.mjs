// Bugs to plant in the engine, one at a time. A test checks that each text to find occurs exactly once in its file, so the
// table cannot rot; run.mjs plants them and says which tests notice.
import { attempts } from "./table/attempts.mjs";
import { blocks } from "./table/blocks.mjs";
import { doubt } from "./table/doubt.mjs";
import { fanOut } from "./table/fan-out.mjs";
import { waits } from "./table/waits.mjs";
import { wholeRun } from "./table/whole-run.mjs";

/**
 * @typedef {object} Mutant
 * @property {string} file below packages/engine/src
 * @property {string} find
 * @property {string} replace
 * @property {string} says what is wrong with the engine then
 * @property {string} [survives] why no test can notice it
 */

/** @type {readonly Mutant[]} */
export const mutants = [...blocks, ...attempts, ...doubt, ...waits, ...fanOut, ...wholeRun];
