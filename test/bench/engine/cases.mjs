// What the engine must cost the same whatever came before: one more step, one more iteration, a new activation, the
// making and opening of a definition. Each case has a small and a large form, measured right after each other; their
// ratio is the figure.
import {
  begin,
  bytesOf,
  compile,
  decodeState,
  endSteps,
  looping,
  nested,
  partsAfter,
  straight,
  takeOver,
} from "./flows.mjs";

/**
 * @typedef {import("./flows.mjs").Plan} Plan
 * @typedef {import("./flows.mjs").Parts} Parts
 * @typedef {{ title: string, unit: string, few: string, many: string }} Words
 * @typedef {Words & { measure: { few: () => number, many: () => number } }} Case each measures once, in microseconds
 */

const stepsMeasured = 500;
const iterations = 100_000;
const iterationsMeasured = 1_000;
const repeats = 200;

/**
 * Everything measured later is made here, so that it costs nothing then; with the bytes of the loop's state, early and
 * late.
 * @returns {{ cases: Record<string, Case>, stateBytes: { few: number, many: number } }}
 */
export function prepareCases() {
  const { plan, first, early, last } = loopStates();
  return {
    cases: { step: stepCase(), ...loopCases(plan, { first, early, last }), ...definitionCases() },
    stateBytes: { few: bytesOf(early), many: bytesOf(last) },
  };
}

/** @returns {Case} */
function stepCase() {
  const plan = compile(straight(10_000 + 2 * stepsMeasured));
  const [few, many] = [partsAfter(plan, 10), partsAfter(plan, 10_000)];
  return {
    ...{ title: "deciding one more step", unit: "µs per step" },
    ...{ few: "after 10 finished steps", many: "after 10,000" },
    measure: {
      few: () => stepsFrom(plan, few, stepsMeasured),
      many: () => stepsFrom(plan, many, stepsMeasured),
    },
  };
}

/** @param {Plan} plan @param {{ first: Parts, early: Parts, last: Parts }} states @returns {Record<string, Case>} */
function loopCases(plan, { first, early, last }) {
  return {
    iteration: {
      ...{ title: "one iteration of a loop of 100,000", unit: "µs per iteration" },
      ...{ few: "the first 1,000", many: "the last 1,000" },
      measure: {
        few: () => stepsFrom(plan, first, iterationsMeasured),
        many: () => stepsFrom(plan, last, iterationsMeasured),
      },
    },
    activation: {
      ...{ title: "reading that loop's state back and going on", unit: "µs per activation" },
      ...{ few: "after 1,000 iterations", many: "after 99,000" },
      measure: {
        few: () => timed(repeats, () => void takeOver(plan, decodeState(early))),
        many: () => timed(repeats, () => void takeOver(plan, decodeState(last))),
      },
    },
  };
}

/** @returns {Record<string, Case>} */
function definitionCases() {
  const [small, large] = [nested(500), nested(5_000)];
  const [smallPlan, largePlan] = [compile(small), compile(large)];
  const size = { few: "500 nodes", many: "5,000 nodes" };
  return {
    compile: {
      ...{ title: "making a definition ready", unit: "µs per node", ...size },
      measure: {
        few: () => timed(repeats, () => void compile(small)) / 500,
        many: () => timed(repeats / 10, () => void compile(large)) / 5_000,
      },
    },
    open: {
      ...{ title: "the first decision of a run", unit: "µs per run", ...size },
      measure: {
        few: () => timed(repeats, () => void begin(smallPlan)),
        many: () => timed(repeats, () => void begin(largePlan)),
      },
    },
  };
}

/** States of one loop at its beginning, after 1,000 iterations, and before its last 1,000. */
function loopStates() {
  const plan = compile(looping(iterations + 1));
  const first = partsAfter(plan, 0);
  const early = partsAfter(plan, iterationsMeasured);
  return { plan, first, early, last: partsAfter(plan, iterations - iterationsMeasured) };
}

/** @param {Plan} plan @param {Parts} parts @param {number} count */
function stepsFrom(plan, parts, count) {
  const state = decodeState(parts);
  return timed(1, () => void endSteps(plan, state, count)) / count;
}

/**
 * Microseconds of one call: time of the processor, so that other programs of the machine count less.
 * @param {number} times
 * @param {() => void} act
 */
function timed(times, act) {
  const startedAt = process.cpuUsage();
  for (let done = 0; done < times; done += 1) act();
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / times;
}
