// Whether something grows: a straight line through the second half of what was seen, by least squares. Pure.
import { rounded } from "../statistics.mjs";

/**
 * @typedef {{ atMs: number, value: number }} Sighting
 * @typedef {{ level: number, perHour: number, share: number, grows: boolean }} Trend
 *   level: mean of the second half; perHour: by how much the line rises; share: how much it rose in this half, of the level
 */

const hourMs = 3_600_000;

/**
 * @param {readonly Sighting[]} sightings in order, at least four
 * @param {{ toleratedShare: number }} options what a level that does not grow may seem to rise by: garbage, pages of memory
 * @returns {Trend}
 */
export function trendOf(sightings, { toleratedShare }) {
  const half = sightings.slice(Math.floor(sightings.length / 2));
  const meanOf = (/** @type {(sighting: Sighting) => number} */ read) =>
    half.reduce((sum, sighting) => sum + read(sighting), 0) / half.length;
  const [level, middleMs] = [meanOf(({ value }) => value), meanOf(({ atMs }) => atMs)];
  const spread = meanOf(({ atMs }) => (atMs - middleMs) ** 2);
  const slope = meanOf(({ atMs, value }) => (atMs - middleMs) * (value - level)) / spread;
  const lastedMs = (half.at(-1)?.atMs ?? 0) - (half[0]?.atMs ?? 0);
  const share = (slope * lastedMs) / level;
  return {
    level: rounded(level),
    perHour: rounded(slope * hourMs),
    share: rounded(share),
    grows: share > toleratedShare,
  };
}

/**
 * What Redis holds, as if there were as many runs all the time as in the middle: each more or less is taken for an average one.
 * @param {readonly { atMs: number, bytes: number, runs: number }[]} sightings in order, at least four
 * @returns {Sighting[]}
 */
export function withoutRuns(sightings) {
  const middle = sightings[Math.floor(sightings.length / 2)];
  if (middle === undefined) throw new TypeError("a soak has sightings");
  const bytesPerRun = middle.runs > 0 ? middle.bytes / middle.runs : 0;
  return sightings.map(({ atMs, bytes, runs }) => ({
    atMs,
    value: bytes - (runs - middle.runs) * bytesPerRun,
  }));
}
