/** The options every retried step has, as they are written and as they are kept. */
import type { RetryFields } from "../../definition/make-nodes.js";
import { choice, count, duration, onFail, text } from "../option-readers.js";
import type { OptionValues } from "../read-options.js";

export const retryTable = {
  retries: count,
  retry_delay: duration,
  backoff: choice(["fixed", "exponential"]),
  on_fail: onFail,
  as: text,
  timeout: duration,
} as const;

export function retryFields(values: OptionValues<typeof retryTable>): RetryFields {
  const { retries, retry_delay: retryDelayMs, backoff, on_fail, as, timeout: timeoutMs } = values;
  return { retries, retryDelayMs, backoff, onFail: on_fail, as, timeoutMs };
}
