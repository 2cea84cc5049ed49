/**
 * Refuses start options that cannot be used, before anything is read or written: sizes, ranges, names.
 * Knows nothing about the workflow; what it declares is checked in `check-inputs.ts`.
 */
import { durationMsMax, limits, RunfleetError } from "@runfleet/model";
import type { StartOptions } from "./fleet-client.js";

/** The largest priority BullMQ can order by. */
const priorityMax = 2_097_151;

export function checkStartOptions(options: StartOptions): void {
  checkName("label", options.label);
  checkName("idempotency key", options.idempotencyKey);
  checkName("model", options.model);
  checkName("identity", options.identity);
  checkPool(options.pool);
  checkInteger({ what: "priority", value: options.priority, max: priorityMax });
  checkInteger({ what: "delayMs", value: options.delayMs, max: durationMsMax });
  checkInteger({ what: "timeoutMs", value: options.timeoutMs, max: durationMsMax });
  checkInteger({ what: "stepTimeoutMs", value: options.stepTimeoutMs, max: durationMsMax });
}

/** Throws `too_large` for a text that is too long to be a name, `invalid_usage` for an empty one. */
export function checkName(what: string, value: string | undefined): void {
  if (value === undefined) return;
  if (value === "") throw new RunfleetError("invalid_usage", `the ${what} is empty`);
  checkBytes({ what, text: value, bytesMax: limits.nameBytesMax });
}

/** Throws `too_large`, naming the thing, its size and its limit. */
export function checkBytes(checked: {
  readonly what: string;
  readonly text: string;
  readonly bytesMax: number;
}): void {
  const { what, text, bytesMax } = checked;
  const bytes = Buffer.byteLength(text);
  if (bytes <= bytesMax) return;
  throw new RunfleetError("too_large", `the ${what} have ${bytes} bytes; at most ${bytesMax} are allowed`, {
    details: { what, bytes, bytesMax },
  });
}

function checkPool(pool: string | undefined): void {
  if (pool === undefined || /^[A-Za-z0-9._-]{1,100}$/.test(pool)) return;
  throw new RunfleetError(
    "invalid_usage",
    `the pool ${JSON.stringify(pool.slice(0, 120))} may only hold letters, digits, dot, dash and underscore`,
  );
}

function checkInteger(checked: {
  readonly what: string;
  readonly value: number | undefined;
  readonly max: number;
}): void {
  const { what, value, max } = checked;
  if (value === undefined) return;
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw new RunfleetError("invalid_usage", `${what} must be a whole number from 0 to ${max}, not ${value}`);
}
