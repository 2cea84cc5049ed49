// The capacity model: from what single runs, steps and children cost to what many of them need. Pure; the words are in
// docs/guides/capacity.md.

/**
 * @typedef {import("./bench-capacity.mjs").CapacityFigures} CapacityFigures
 * @typedef {{ capacity: Pick<CapacityFigures, "bytes">, parkedBytes: number, feedBytes: number }} Costs
 *   parkedBytes: of Redis for a run that waits; feedBytes: of the capped feed that all runs share
 * @typedef {{ parked?: number, ended?: number, steps?: number, children?: number }} Holding
 *   runs that wait, runs that have ended and are kept, the steps of both that have ended, and children that have ended, with
 *   their one step; children are not counted as runs
 */

const million = 1_000_000;
export const mebi = 2 ** 20;

/** Bytes of Redis. @param {Costs} costs @param {Holding} holding */
export function bytesOf(
  { capacity: { bytes }, parkedBytes, feedBytes },
  { parked = 0, ended = 0, steps = 0, children = 0 },
) {
  return feedBytes + parked * parkedBytes + ended * bytes.run + steps * bytes.step + children * bytes.child;
}

/** Runs of so many steps that one core of Redis, or one worker with a core, can do in a second. @param {{ run: number, step: number }} microseconds @param {number} steps */
export function runsPerSecond({ run, step }, steps) {
  return million / (run + steps * step);
}

/** GiB for a million parked runs. @param {Costs} costs */
export function gibibytesOfMillionParked(costs) {
  return bytesOf(costs, { parked: million }) / 2 ** 30;
}
