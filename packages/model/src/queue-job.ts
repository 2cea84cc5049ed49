/** The job of a run: what the queue is told about it. One place, so that a repaired job is the job it was. */
import type { QueueJob } from "./queue-port.js";
import type { RunInfo } from "./run.js";

/** `delayMs` belongs to the first job of a start alone; a job that replaces a lost one is due now. */
export function queueJobOf(
  run: Pick<
    RunInfo,
    "id" | "workflow" | "pool" | "depth" | "label" | "priority" | "parentId" | "parentPool"
  > & {
    readonly startedAt?: number | undefined;
  },
  delayMs?: number,
): QueueJob {
  return {
    runId: run.id,
    workflow: run.workflow,
    pool: run.pool,
    depth: run.depth,
    ...(run.startedAt === undefined ? {} : { hasBegun: true }),
    ...(run.label === undefined ? {} : { label: run.label }),
    ...(run.priority === undefined ? {} : { priority: run.priority }),
    ...(run.parentId === undefined ? {} : { parentRunId: run.parentId }),
    ...(run.parentPool === undefined ? {} : { parentPool: run.parentPool }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}
