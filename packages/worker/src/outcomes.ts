/**
 * From what an action or provider threw or returned to an outcome the engine understands. Error texts are cut to
 * their limit here, before they travel anywhere.
 */
import type { Failure, Outcome } from "@runfleet/model";
import { isRunfleetError, limits } from "@runfleet/model";
import { retryHint } from "./action.js";

/** The failure a thrown value stands for: its own code if it has one, message and chain of causes. */
export function failureOf(error: unknown): Failure {
  return { code: codeOf(error), message: cut(messageOf(error)) };
}

export function failedOutcome(error: unknown): Outcome {
  const hint = retryHint(error);
  const retryable = hint.retryable && !(isRunfleetError(error) && !error.retryable);
  return {
    type: "failed",
    error: failureOf(error),
    retryable,
    ...(hint.retryAfterMs === undefined ? {} : { retryAfterMs: hint.retryAfterMs }),
  };
}

function codeOf(error: unknown): string {
  if (isRunfleetError(error)) return error.code;
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "step_failed";
}

const withoutText = "something without a text was thrown";
/** Causes shown at most; longer chains are loops or noise. */
const causesMax = 5;

function messageOf(error: unknown): string {
  const lines: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < causesMax && current !== undefined; depth += 1) {
    lines.push(textOf(current instanceof Error ? current.message || current.name : current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return lines.join("; caused by: ") || withoutText;
}

/** Text of any value, also of one that refuses to become text: what was thrown must never throw again. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return withoutText;
  }
}

function cut(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= limits.errorTextBytesMax) return text;
  return `${bytes
    .subarray(0, limits.errorTextBytesMax - 4)
    .toString("utf8")
    .replace(/\uFFFD+$/, "")} …`;
}
