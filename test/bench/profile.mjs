// CPU profiles of Runfleet's producer and worker under w1 and w2, and the functions they spent most time in themselves.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { passThrough } from "./measure.mjs";
import { openSide } from "./side.mjs";

/**
 * The part of V8's profile that is read here.
 * @typedef {{
 *   nodes: { id: number, callFrame: { functionName: string, url: string, lineNumber: number } }[],
 *   samples: number[], timeDeltas: number[],
 * }} CpuProfile
 */

const runs = { w1: 3_000, w2: 500 };
const rowsMax = 40;

/**
 * Answers lines for a person; the profiles themselves are left in `folder` for a flame graph.
 * @param {{ redis: import("ioredis").Redis, setup: import("./processes.mjs").Setup, folder: string }} options
 * @returns {Promise<string[]>}
 */
export async function profileRunfleet({ redis, setup, folder }) {
  const folders = { producer: join(folder, "producer"), worker: join(folder, "worker") };
  const side = await openSide("runfleet", { redis, setup, profiles: folders });
  for (const [workload, count] of Object.entries(runs)) await passThrough(side, workload, count);
  await side.stop();
  const parts = await Promise.all(Object.entries(folders).map(([name, from]) => summaryOf(name, from)));
  return parts.flat();
}

/** @param {string} name @param {string} folder @returns {Promise<string[]>} */
async function summaryOf(name, folder) {
  const file = (await readdir(folder)).find((candidate) => candidate.endsWith(".cpuprofile"));
  if (file === undefined) throw new Error(`the ${name} left no profile in ${folder}`);
  const path = join(folder, file);
  return [`${name}: ${path}`, ...busiest(JSON.parse(await readFile(path, "utf8"))), ""];
}

/** @param {CpuProfile} profile @returns {string[]} */
function busiest({ nodes, samples, timeDeltas }) {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  /** @type {Map<string, number>} */
  const spent = new Map();
  for (const [index, id] of samples.entries()) {
    const place = places.get(id) ?? "?";
    spent.set(place, (spent.get(place) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = [...spent.values()].reduce((sum, time) => sum + time, 0);
  return [...spent]
    .sort(([, a], [, b]) => b - a)
    .slice(0, rowsMax)
    .map(([place, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${place}`);
}

/** @param {{ functionName: string, url: string, lineNumber: number }} frame */
function placeOf({ functionName, url, lineNumber }) {
  if (url === "") return functionName;
  const file = url.split("/").slice(-3).join("/");
  return `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
}
