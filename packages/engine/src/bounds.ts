/** Limits on what an attempt hands to the run. Too much data fails the attempt; too long an error text is cut. */
import type { Failure, Outcome } from "@runfleet/model";
import { limits, outcomeSchema, usageSchema } from "@runfleet/model";
import { defined } from "./record.js";
import { truncateText, utf8Bytes } from "./text-size.js";

/**
 * The outcome as the run may keep it. One that is none (markers that are no texts, costs that are no numbers) becomes
 * a failure with code `invalid_output`, a success that is too large one with code `too_large`.
 */
export function boundedOutcome(given: Outcome): Outcome {
  const { data: outcome, error } = outcomeSchema.safeParse(given);
  if (outcome === undefined) return noOutcome(given, error);
  switch (outcome.type) {
    case "succeeded":
      return boundedSuccess(outcome);
    case "failed":
    case "timed_out":
      return { ...outcome, error: boundedFailure(outcome.error) };
    case "in_doubt":
    case "cancelled":
      return { ...outcome, reason: truncateText(outcome.reason, limits.errorTextBytesMax) };
    default:
      return outcome satisfies never;
  }
}

/** The same answer would come again, so there is no use in a retry. What was spent is spent. */
function noOutcome(given: unknown, { issues }: { issues: readonly Issue[] }): Outcome {
  const problems = issues.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
  const error = {
    code: "invalid_output",
    message: `the attempt's answer is no result: ${problems.join("; ")}`,
  };
  const { data: usage } = usageSchema.safeParse((given as Partial<Outcome> | undefined)?.usage);
  return { type: "failed", error: boundedFailure(error), retryable: false, ...defined({ usage }) };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function boundedFailure(error: Failure): Failure {
  return {
    code: truncateText(error.code, limits.nameBytesMax),
    message: truncateText(error.message, limits.errorTextBytesMax),
  };
}

function boundedSuccess(outcome: Extract<Outcome, { type: "succeeded" }>): Outcome {
  const { markers, context, output, resultText, usage } = outcome;
  const problem =
    tooLarge("structured output", utf8Bytes(output ?? ""), limits.stepOutputBytesMax) ??
    tooLarge("context", utf8Bytes(context), limits.contextBytesMax) ??
    tooMany(markers);
  if (problem !== undefined) {
    const error = { code: "too_large", message: problem };
    return { type: "failed", error, retryable: true, ...defined({ usage }) };
  }
  if (resultText === undefined) return outcome;
  return { ...outcome, resultText: truncateText(resultText, limits.contextBytesMax) };
}

function tooLarge(what: string, sizeBytes: number, bytesMax: number): string | undefined {
  return sizeBytes > bytesMax ? `${what} has ${sizeBytes} bytes, at most ${bytesMax} are kept` : undefined;
}

function tooMany(markers: readonly string[]): string | undefined {
  if (markers.length > limits.markersMax) {
    return `${markers.length} markers, at most ${limits.markersMax} are kept`;
  }
  const longest = Math.max(0, ...markers.map(utf8Bytes));
  return tooLarge("a marker", longest, limits.nameBytesMax);
}
