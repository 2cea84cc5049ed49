/**
 * The closed table of error codes: what each means, whether trying again can help, and how HTTP and the CLI answer.
 * One page per code lies in `docs/errors/`; a test holds table and pages together.
 */
export interface ErrorCodeRow {
  readonly meaning: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  readonly httpStatus: number;
  /** Exit code of the CLI: 1 run failed, 2 wrong usage or input, 3 not found, 4 conflict, 5 Redis unreachable. */
  readonly exitCode: number;
}

// biome-ignore format: one row per code reads as the table it is
export const errorCodes = {
  invalid_usage: { meaning: "the command or call was used wrongly", retryable: false, httpStatus: 400, exitCode: 2 },
  invalid_definition: { meaning: "the workflow definition has errors", retryable: false, httpStatus: 422, exitCode: 2 },
  invalid_input: { meaning: "an input is missing, unknown to the type or malformed", retryable: false, httpStatus: 422, exitCode: 2 },
  invalid_config: { meaning: "the configuration cannot be used", retryable: false, httpStatus: 500, exitCode: 2 },
  too_large: { meaning: "a value is larger than its limit", retryable: false, httpStatus: 413, exitCode: 2 },
  unauthenticated: { meaning: "nobody known sent the request", retryable: false, httpStatus: 401, exitCode: 2 },
  forbidden: { meaning: "the request is not allowed to who sent it, or from where", retryable: false, httpStatus: 403, exitCode: 2 },
  route_not_found: { meaning: "the server has nothing at this address", retryable: false, httpStatus: 404, exitCode: 3 },
  rate_limited: { meaning: "too many requests in a short time", retryable: true, httpStatus: 429, exitCode: 5 },
  workflow_not_found: { meaning: "no workflow is published under this name", retryable: false, httpStatus: 404, exitCode: 3 },
  run_not_found: { meaning: "no run has this id", retryable: false, httpStatus: 404, exitCode: 3 },
  schedule_not_found: { meaning: "there is no schedule of this name", retryable: false, httpStatus: 404, exitCode: 3 },
  gate_not_found: { meaning: "the run has no such gate open", retryable: false, httpStatus: 404, exitCode: 3 },
  gate_answered: { meaning: "somebody answered this gate before", retryable: false, httpStatus: 409, exitCode: 4 },
  run_ended: { meaning: "the run has already ended", retryable: false, httpStatus: 409, exitCode: 4 },
  retry_refused: { meaning: "only failed root runs can be retried", retryable: false, httpStatus: 409, exitCode: 4 },
  fork_refused: { meaning: "the run has not ended, or no such step whose past is complete", retryable: false, httpStatus: 409, exitCode: 4 },
  idempotency_conflict: { meaning: "the idempotency key was used with other inputs", retryable: false, httpStatus: 409, exitCode: 4 },
  inbox_full: { meaning: "the run has too many unread events", retryable: true, httpStatus: 429, exitCode: 5 },
  rate_full: { meaning: "the rate of a workflow is taken up for as long as a start can wait", retryable: true, httpStatus: 429, exitCode: 5 },
  redis_unavailable: { meaning: "Redis cannot be reached or refuses to work", retryable: true, httpStatus: 503, exitCode: 5 },
  timeout: { meaning: "the answer did not come in time", retryable: true, httpStatus: 504, exitCode: 1 },
  step_failed: { meaning: "a step used up its attempts", retryable: false, httpStatus: 500, exitCode: 1 },
  step_timed_out: { meaning: "a step's last attempt took longer than its timeout", retryable: false, httpStatus: 500, exitCode: 1 },
  in_doubt: { meaning: "nobody knew whether a step had its effect, and a person gave it up", retryable: false, httpStatus: 500, exitCode: 1 },
  run_timed_out: { meaning: "the run took longer than its timeout", retryable: false, httpStatus: 500, exitCode: 1 },
  gate_rejected: { meaning: "a person or a check rejected a gate", retryable: false, httpStatus: 500, exitCode: 1 },
  gate_timed_out: { meaning: "nobody answered a gate before its deadline", retryable: false, httpStatus: 500, exitCode: 1 },
  loop_limit: { meaning: "a loop reached max_iterations", retryable: false, httpStatus: 500, exitCode: 1 },
  loop_stuck: { meaning: "a loop repeated the same markers", retryable: false, httpStatus: 500, exitCode: 1 },
  depth_limit: { meaning: "workflows call workflows too deeply", retryable: false, httpStatus: 500, exitCode: 1 },
  child_failed: { meaning: "a child run failed or was cancelled", retryable: false, httpStatus: 500, exitCode: 1 },
  items_failed: { meaning: "items of a foreach could not be listed or did not succeed", retryable: false, httpStatus: 500, exitCode: 1 },
  action_not_found: { meaning: "no worker action is registered under this name", retryable: false, httpStatus: 500, exitCode: 2 },
  invalid_output: { meaning: "an action returned something that is no result", retryable: false, httpStatus: 500, exitCode: 1 },
  crash_loop: { meaning: "workers died on this run again and again", retryable: false, httpStatus: 500, exitCode: 1 },
  incompatible_layout: { meaning: "the data in Redis is laid out for an older or a newer version of Runfleet", retryable: false, httpStatus: 500, exitCode: 2 },
  secret_unreadable: { meaning: "a secret input cannot be read with the keys this process has", retryable: false, httpStatus: 500, exitCode: 2 },
  run_cancelled: { meaning: "the run was cancelled", retryable: false, httpStatus: 409, exitCode: 1 },
  internal: { meaning: "a defect in Runfleet", retryable: false, httpStatus: 500, exitCode: 1 },
} as const satisfies Readonly<Record<string, ErrorCodeRow>>;

export type ErrorCode = keyof typeof errorCodes;
