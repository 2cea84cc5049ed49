// Medians, percentiles and the figures of one workload from its repetitions. Pure.

/**
 * @typedef {import("./measure.mjs").Sample} Sample
 * @typedef {{ runfleet: Sample, bullmq: Sample }} Pair measured right after each other
 * @typedef {{ min: number, max: number }} Range
 * @typedef {{
 *   title: string, unit: string, better: "higher" | "lower",
 *   runfleet: number, bullmq: number, ratio: number,
 *   range: { runfleet: Range, bullmq: Range, ratio: Range },
 *   p99?: { runfleet: number, bullmq: number },
 *   repetitions: number, toW2?: number,
 * }} Figures medians; `ratio` is the median of the pairs' ratios runfleet / bullmq, which a machine that changes its
 *   speed between the pairs does not touch
 */

/**
 * @param {readonly number[]} values at least one
 * @param {number} share 0 to 1
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.max(0, Math.ceil(sorted.length * share) - 1);
  return sorted[index] ?? Number.NaN;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}

/**
 * @param {Pick<import("./workloads.mjs").Workload, "title" | "unit" | "better">} workload
 * @param {readonly Pair[]} pairs
 * @returns {Figures}
 */
export function figuresOf({ title, unit, better }, pairs) {
  const runfleet = pairs.map((pair) => pair.runfleet.value);
  const bullmq = pairs.map((pair) => pair.bullmq.value);
  const ratios = pairs.map((pair) => pair.runfleet.value / pair.bullmq.value);
  const tails = pairs.flatMap(({ runfleet: ours, bullmq: theirs }) =>
    ours.p99 === undefined || theirs.p99 === undefined ? [] : [{ ours: ours.p99, theirs: theirs.p99 }],
  );
  return {
    ...{ title, unit, better },
    runfleet: rounded(median(runfleet)),
    bullmq: rounded(median(bullmq)),
    ratio: rounded(median(ratios)),
    range: { runfleet: rangeOf(runfleet), bullmq: rangeOf(bullmq), ratio: rangeOf(ratios) },
    ...(tails.length === 0
      ? {}
      : {
          p99: {
            runfleet: rounded(median(tails.map(({ ours }) => ours))),
            bullmq: rounded(median(tails.map(({ theirs }) => theirs))),
          },
        }),
    repetitions: pairs.length,
  };
}

/**
 * What the steps of parallel blocks (w7) cost against those in sequence (w2), where both were measured.
 * @param {string} name of the workload
 * @param {ReadonlyMap<string, readonly Pair[]>} pairs in the same repetitions
 * @returns {{ toW2?: number }} steps/s of Runfleet to its own of w2
 */
export function sequenceShareOf(name, pairs) {
  const sequence = pairs.get("w2");
  if (name !== "w7" || sequence === undefined) return {};
  const shares = (pairs.get(name) ?? []).map(
    ({ runfleet }, index) => runfleet.value / (sequence[index]?.runfleet.value ?? Number.NaN),
  );
  return { toW2: rounded(median(shares)) };
}

/** @param {readonly number[]} values @returns {Range} */
export function rangeOf(values) {
  return { min: rounded(Math.min(...values)), max: rounded(Math.max(...values)) };
}

/** Four digits: more would only be noise. @param {number} value */
export function rounded(value) {
  return Number(value.toPrecision(4));
}
