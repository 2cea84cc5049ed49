// Waiting for what a bench counts, as long as the slowest machine may need.
import { setTimeout as pause } from "node:timers/promises";

const lookMs = 5;
const hungMs = 600_000;

/**
 * Resolves when so many are counted. Throws when what is counted does not come.
 * @param {() => Promise<number>} count
 * @param {number} wanted
 * @param {string} what the sentence "3 of 5 runs …" goes on
 */
export async function reach(count, wanted, what) {
  const deadline = performance.now() + hungMs;
  while ((await count()) < wanted) {
    if (performance.now() > deadline) throw new Error(`${await count()} of ${wanted} ${what}`);
    await pause(lookMs);
  }
}
