/**
 * In which partition of a namespace a run lies: its id tells. `01J…` lies in partition 0, `01J…@3` in partition 3, so that
 * a run is found wherever it was started, however many partitions there are by now. Pure.
 */
import { RunfleetError } from "./error.js";

const marked = /@(\d{1,4})$/;

export function partitionOf(runId: string): number {
  return Number(marked.exec(runId)?.[1] ?? 0);
}

/** The id of a run in this partition. `id` has no mark. */
export function idInPartition(id: string, partition: number): string {
  return partition === 0 ? id : `${id}@${partition}`;
}

/** One of `partitions`, the same for the same text on every machine. */
export function partitionFor(text: string, partitions: number): number {
  if (partitions === 1) return 0;
  // FNV-1a: short, and even enough to share work out.
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % partitions;
}

/** The one of all partitions in which a run lies. Throws `run_not_found` for an id of a partition that is not there. */
export function placeOf<T>(runId: string, partitions: readonly T[]): T {
  const place = partitions[partitionOf(runId)];
  if (place !== undefined) return place;
  const message = `run ${runId} would lie in a partition that is not there: ${partitions.length} are set up`;
  throw new RunfleetError("run_not_found", message, { details: { runId } });
}
