// The README's row of each workload as data: what it measures, what was wanted of it, and whether the committed figures reach that.
// Pure. Ratios are to raw BullMQ in the same run.

/**
 * @typedef {import("./results.mjs").Results} Results
 * @typedef {import("./statistics.mjs").Figures} Figures
 * @typedef {{ runfleet: string, bullmq?: string, ratio?: number, isMet?: boolean }} Cells isMet: absent where nothing was wanted
 * @typedef {{ workload: string, target: string, cells: (results: Results) => Cells | undefined }} Target
 *   cells: undefined as long as the row is not measured
 */

const number = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });

/** Grouped, four digits. @param {number} value */
export function told(value) {
  return number.format(value);
}

/**
 * @template T
 * @param {T | undefined} figures
 * @param {(figures: T) => Cells} cells
 */
function ifMeasured(figures, cells) {
  return figures === undefined ? undefined : cells(figures);
}

/** @param {Figures} figures @param {(figures: Figures) => boolean} isMet @returns {Cells} */
function pairCells(figures, isMet) {
  const { runfleet, bullmq, unit, ratio } = figures;
  return {
    runfleet: `${told(runfleet)} ${unit}`,
    bullmq: `${told(bullmq)} ${unit}`,
    ratio,
    isMet: isMet(figures),
  };
}

/** By row, in the order of the table. @type {Readonly<Record<string, Target>>} */
export const targets = {
  w1: {
    workload: "runs of one step",
    target: "≥ 0.75",
    cells: ({ w1 }) => ifMeasured(w1, (figures) => pairCells(figures, ({ ratio }) => ratio >= 0.75)),
  },
  w2: {
    workload: "ten steps in sequence (BullMQ: one job per step)",
    target: "≥ 2.8",
    cells: ({ w2 }) => ifMeasured(w2, (figures) => pairCells(figures, ({ ratio }) => ratio >= 2.8)),
  },
  w3: {
    workload: "ten parents with 100 children each (BullMQ: nobody waits for them)",
    target: "≥ 0.9",
    cells: ({ w3 }) => ifMeasured(w3, (figures) => pairCells(figures, ({ ratio }) => ratio >= 0.9)),
  },
  w4: {
    workload: "one run of three steps on an idle fleet, start to result, p50",
    target: "≤ 1.0",
    cells: ({ w4 }) => ifMeasured(w4, (figures) => pairCells(figures, ({ ratio }) => ratio <= 1)),
  },
  w5: {
    workload: "10,000 runs parked at a gate, then all answered",
    target: "≤ 2,048 bytes each, ≥ 1,000 wakes/s",
    cells: ({ w5 }) =>
      ifMeasured(w5, ({ redis, wake }) => ({
        runfleet: `${told(redis.bytesPerRun)} bytes each, ${told(wake.runsPerSecond)} wakes/s`,
        isMet: redis.bytesPerRun <= 2_048 && wake.runsPerSecond >= 1_000,
      })),
  },
  w6: {
    workload: "`kill -9` of a worker until its steps go on; with a lease of 1 s under load",
    target: "≤ 12 s; ≤ 2 s",
    cells: ({ w6 }) =>
      ifMeasured(w6, ({ runfleet, bullmq, ratio, default: usual, short }) => ({
        runfleet: `${told(runfleet)} s, at most ${told(usual.loaded.max)}; ${told(short.loaded.median)} s, at most ${told(short.loaded.max)}`,
        ...(bullmq === null ? {} : { bullmq: `${told(bullmq)} s` }),
        ...(ratio === null ? {} : { ratio }),
        isMet: Math.max(usual.idle.max, usual.loaded.max) <= 12 && short.loaded.max <= 2,
      })),
  },
  w7: {
    workload: "a parallel block of 50 branches (BullMQ: nobody waits for them)",
    target: "≥ steps/s in sequence",
    cells: ({ w7 }) =>
      ifMeasured(w7, (figures) => {
        const { toW2 = 0 } = figures;
        const cells = pairCells(figures, () => toW2 >= 1);
        return { ...cells, runfleet: `${cells.runfleet}, ${told(toW2)} of those in sequence` };
      }),
  },
  w8: {
    workload: "a loop of 10,000 iterations: processor time of the last 1,000 to the first",
    target: "≤ 1.1",
    cells: ({ w8 }) =>
      ifMeasured(w8, ({ runfleet, unit, ratio }) => ({
        runfleet: `${told(runfleet)} ${unit}, ${told(ratio)} of the first`,
        isMet: ratio <= 1.1,
      })),
  },
  w9: {
    workload: "every page read with 200,000 runs in Redis, p99 of the slowest",
    target: "< 200 ms, others wait < 20 ms",
    cells: ({ w9 }) =>
      ifMeasured(w9, ({ runfleet, slow }) => ({
        runfleet: `${told(runfleet)} ms`,
        isMet: slow.length === 0,
      })),
  },
  w10: {
    workload: "two worker processes against one, w1 and w2",
    target: "≥ 1.7 until cores or Redis are full",
    cells: ({ w10 }) =>
      ifMeasured(w10, ({ workloads: { w1, w2 }, cores }) => {
        const [one, two] = [w2.workers["1"], w2.workers["2"]];
        const share = (/** @type {number | undefined} */ of) => `${told(Math.round(100 * (of ?? 0)))} %`;
        return {
          runfleet: `${told(w1.twoToOne)} and ${told(w2.twoToOne)}; of ${cores} cores ${share(one?.machine)} are taken with one, ${share(two?.machine)} with two`,
          isMet: Math.min(w1.twoToOne, w2.twoToOne) >= 1.7 || (two?.full ?? "neither") !== "neither",
        };
      }),
  },
  families: {
    workload: "ten parents with 1,000 children each, two workers",
    target: "–",
    cells: ({ families }) =>
      ifMeasured(families, ({ runfleet, unit }) => ({ runfleet: `${told(runfleet)} ${unit}` })),
  },
  memory: {
    workload: "a worker with 1,000 runs in hand",
    target: "< 250 MB RSS",
    cells: ({ memory }) =>
      ifMeasured(memory, ({ runfleet, ended }) => ({
        runfleet: `${told(runfleet)} MB, ${told(ended)} when all end in one moment`,
        isMet: runfleet < 250,
      })),
  },
  soak: {
    workload: "a mixture of runs for 30 minutes, pages read beside it",
    target: "at 70 % load only kept runs grow",
    cells: ({ soak }) =>
      ifMeasured(soak, ({ minutes, perSecond, capacityPerSecond, grows }) => ({
        runfleet: `${told(perSecond)} runs/s of ${told(capacityPerSecond)}; ${grows.length === 0 ? "nothing else grows" : `these grow: ${grows.join(", ")}`}`,
        isMet: grows.length === 0 && minutes >= 30,
      })),
  },
};
