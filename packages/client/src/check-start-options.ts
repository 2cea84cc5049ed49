/**
 * Refuses start options that cannot be used, before anything is read or written: sizes, ranges, names.
 * Knows nothing about the workflow; what it declares is checked in `check-inputs.ts`.
 */
import {
  durationMsMax,
  limits,
  limitsProblem,
  poolProblem,
  RunfleetError,
  scheduleProblem,
  wholeNumberProblem,
} from "@runfleet/model";
import type { StartOptions } from "./client-options.js";

export function checkStartOptions(options: StartOptions): void {
  checkLabel("label", options.label);
  checkName("idempotency key", options.idempotencyKey);
  checkName("model", options.model);
  checkName("identity", options.identity);
  refuse(options.pool === undefined ? undefined : poolProblem(options.pool));
  refuse(scheduleProblem(options));
  refuse(limitsProblem(options));
  refuseUnlessTime("timeoutMs", options.timeoutMs);
  refuseUnlessTime("stepTimeoutMs", options.stepTimeoutMs);
}

/** Throws `too_large` for a text that is too long to be a name, `invalid_usage` for an empty one. */
export function checkName(what: string, value: string | undefined): void {
  if (value === undefined) return;
  if (value === "") throw new RunfleetError("invalid_usage", `the ${what} is empty`);
  checkBytes({ what, text: value, bytesMax: limits.nameBytesMax });
}

/** Throws as `checkName` does. The lists by labels tell by a zero byte where a label ends. */
function checkLabel(what: string, label: string | undefined): void {
  checkName(what, label);
  refuse(label?.includes("\0") === true ? `the ${what} has a zero byte` : undefined);
}

/** Of a filter. Throws as `checkName` does, and `invalid_usage` for a label and a prefix at once. */
export function checkLabels({
  label,
  labelPrefix,
}: {
  readonly label?: string;
  readonly labelPrefix?: string;
}): void {
  checkLabel("label", label);
  checkLabel("beginning of the label", labelPrefix);
  refuse(
    label !== undefined && labelPrefix !== undefined
      ? "runs are chosen by a label or by how it begins, not by both"
      : undefined,
  );
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
  throw new RunfleetError("too_large", `the ${what}: ${bytes} bytes; at most ${bytesMax} are allowed`, {
    details: { what, bytes, bytesMax },
  });
}

/** A time of nothing is no way to say "for ever": whatever gets it would time out before it begins. */
function refuseUnlessTime(what: string, value: number | undefined): void {
  refuse(wholeNumberProblem({ what, value, min: 1, max: durationMsMax }));
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
}
