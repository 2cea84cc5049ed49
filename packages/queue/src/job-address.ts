/**
 * The rules for the names a job is found by: run ids become BullMQ job ids, pools become BullMQ queue names. Both end
 * up inside Redis keys, next to the keys of the store. Only checks; builds no keys.
 */
import { limits, poolProblem, RunfleetError } from "@runfleet/model";

/** BullMQ takes no `:` in a job id and no id that is a number; `0` is a marker of its own. */
const runIdPattern = /^(?!\d+$)[A-Za-z0-9._@-]+$/;

/** Throws `invalid_usage` for a pool that cannot be a queue name or would write over the store's keys. */
export function checkPool(pool: string): void {
  const problem = poolProblem(pool);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem, { details: { pool } });
}

/** Throws `invalid_usage` for a run id that cannot be a job id. */
export function checkRunId(runId: string): void {
  if (runIdPattern.test(runId) && runId.length <= limits.nameBytesMax) return;
  throw new RunfleetError(
    "invalid_usage",
    `run id ${JSON.stringify(runId)} must be at most ${limits.nameBytesMax} letters, digits, dots, dashes, underscores or @, and not a number`,
    { details: { runId } },
  );
}
