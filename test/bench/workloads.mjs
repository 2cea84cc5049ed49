// The workloads as data: what is counted, how much of it, and what one run is worth on either side. What a run consists
// of is in runfleet-workflows.mjs and bullmq-worker.mjs; how it is timed is in measure.mjs. The full amounts take either side
// several seconds after V8 has compiled what is hot: the steady state, without which a short run measures the start of processes.

/**
 * @typedef {"quick" | "full"} Scale
 * @typedef {"runfleet" | "bullmq"} System
 * @typedef {{
 *   title: string,
 *   unit: string,
 *   better: "higher" | "lower",
 *   measure: "throughput" | "latency",
 *   runs: Record<Scale, number>,
 *   waves: Record<Scale, number>,
 *   warmUp: Record<Scale, number>,
 *   units: number,
 *   endings: Record<System, number>,
 * }} Workload
 *   warmUp: runs before the clock starts, so that V8 has compiled what is hot;
 *   runs: how many are started at once, `waves` times one after the other; units: what one run counts for;
 *   endings: finished runs (Runfleet) or jobs (BullMQ) by which the end of one run is known
 */

/** @type {Readonly<Record<string, Workload>>} */
export const workloads = {
  w1: {
    title: "runs of one no-op step",
    unit: "runs/s",
    better: "higher",
    measure: "throughput",
    runs: { quick: 1_500, full: 16_000 },
    waves: { quick: 1, full: 1 },
    warmUp: { quick: 500, full: 4_000 },
    units: 1,
    endings: { runfleet: 1, bullmq: 1 },
  },
  w2: {
    title: "steps of runs with ten no-op steps in sequence; BullMQ: one job per step, each adds the next",
    unit: "steps/s",
    better: "higher",
    measure: "throughput",
    runs: { quick: 250, full: 4_000 },
    waves: { quick: 1, full: 1 },
    warmUp: { quick: 100, full: 800 },
    units: 10,
    endings: { runfleet: 1, bullmq: 10 },
  },
  w3: {
    title: "children of ten parents with 100 each; BullMQ: ten jobs that add 100 each, nobody waits for them",
    unit: "children/s",
    better: "higher",
    measure: "throughput",
    runs: { quick: 10, full: 10 },
    waves: { quick: 1, full: 10 },
    warmUp: { quick: 2, full: 30 },
    units: 100,
    endings: { runfleet: 101, bullmq: 101 },
  },
  w4: {
    title: "single runs of three no-op steps on an idle fleet, from start to the result; p50",
    unit: "ms",
    better: "lower",
    measure: "latency",
    runs: { quick: 100, full: 500 },
    waves: { quick: 1, full: 1 },
    warmUp: { quick: 20, full: 50 },
    units: 1,
    endings: { runfleet: 1, bullmq: 3 },
  },
  w7: {
    title:
      "steps of runs with one parallel block of 50 branches; BullMQ: jobs that add 50 each, nobody waits for them",
    unit: "steps/s",
    better: "higher",
    measure: "throughput",
    runs: { quick: 50, full: 1_000 },
    waves: { quick: 1, full: 1 },
    warmUp: { quick: 20, full: 200 },
    units: 50,
    endings: { runfleet: 1, bullmq: 51 },
  },
};
