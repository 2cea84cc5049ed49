// Times one workload on one side: warm-up, then throughput from the first start to the last end, or latencies.
import { setTimeout as pause } from "node:timers/promises";
import { percentile } from "./statistics.mjs";
import { workloads } from "./workloads.mjs";

/**
 * @typedef {import("./side.mjs").Side} Side
 * @typedef {import("./workloads.mjs").Scale} Scale
 * @typedef {import("./workloads.mjs").Workload} Workload
 * @typedef {{ value: number, p99?: number }} Sample value: in the workload's unit
 */

const lookMs = 5;
/** Far beyond the slowest workload on a slow machine: whatever takes longer hangs. */
const hungMs = 120_000;

/**
 * @param {Side} side
 * @param {string} name of the workload
 * @param {Scale} scale
 * @returns {Promise<Sample>}
 */
export async function measure(side, name, scale) {
  const workload = workloads[name];
  if (workload === undefined) throw new Error(`there is no workload ${name}`);
  await passThrough(side, name, workload.warmUp[scale]);
  if (workload.measure === "latency") {
    const times = await side.time(name, workload.runs[scale]);
    return { value: percentile(times, 0.5), p99: percentile(times, 0.99) };
  }
  const startedAt = performance.now();
  for (let wave = 0; wave < workload.waves[scale]; wave += 1)
    await passThrough(side, name, workload.runs[scale]);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { value: (workload.waves[scale] * workload.runs[scale] * workload.units) / seconds };
}

/**
 * Starts runs and waits until all have ended.
 * @param {Side} side
 * @param {string} name
 * @param {number} runs
 */
export async function passThrough(side, name, runs) {
  const workload = workloads[name];
  const wanted = (await side.ended()) + runs * (workload?.endings[side.system] ?? 1);
  const deadline = performance.now() + hungMs;
  const produced = side.produce(name, runs);
  while ((await side.ended()) < wanted) {
    const failed = await side.failed();
    if (failed > 0) throw new Error(`${failed} runs of ${side.system} failed in ${name}`);
    if (performance.now() > deadline) throw new Error(`${side.system} did not finish ${name}`);
    await pause(lookMs);
  }
  await produced;
}
