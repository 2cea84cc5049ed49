/** The order in which jobs of the queue in memory lie in their lists. */
import type { MemoryJob } from "./memory-pool.js";

export function insertSorted(list: MemoryJob[], job: MemoryJob): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other !== undefined && comesBefore(job, other)) high = middle;
    else low = middle + 1;
  }
  list.splice(low, 0, job);
}

function comesBefore(a: MemoryJob, b: MemoryJob): boolean {
  if (a.state === "waiting" && a.precedence !== b.precedence) return a.precedence < b.precedence;
  return a.rank < b.rank;
}
