/**
 * The rules for the names a job is found by: run ids become BullMQ job ids, pools become BullMQ queue names. Both end
 * up inside Redis keys, next to the keys of the store. Only checks; builds no keys.
 */
import { limits, RunfleetError } from "@runfleet/model";

/**
 * Second words of the store's own keys under the same hash tag (`{rf:0}:run:<id>`). BullMQ's keys are
 * `<tag>:<pool>:<job id>`, so a pool with one of these names would write over runs.
 */
const storeWords: ReadonlySet<string> = new Set([
  "cancel",
  "def",
  "defs",
  "events",
  "gates",
  "idem",
  "lease",
  "leases",
  "outbox",
  "run",
  "runs",
  "timers",
  "workers",
]);

/** Lower case, so that two pools never differ by case alone; short, because it is part of every key. */
const poolPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** BullMQ takes no `:` in a job id and no id that is a number; `0` is a marker of its own. */
const runIdPattern = /^(?!\d+$)[A-Za-z0-9._@-]+$/;

/** Throws `invalid_usage` for a pool that cannot be a queue name or would write over the store's keys. */
export function checkPool(pool: string): void {
  if (!poolPattern.test(pool)) {
    throw new RunfleetError(
      "invalid_usage",
      `pool ${JSON.stringify(pool)} must be 1 to 63 lower case letters, digits, dots, dashes or underscores and begin with a letter or digit`,
      { details: { pool } },
    );
  }
  if (storeWords.has(pool)) {
    throw new RunfleetError("invalid_usage", `pool name "${pool}" is reserved`, { details: { pool } });
  }
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
