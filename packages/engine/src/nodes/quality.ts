/** Quality gates: a step's `confidence` (0..100) against a threshold. */
import type { GateNode } from "@runfleet/model";
import { outputMember } from "../output-member.js";
import { member } from "../record.js";
import type { Turn } from "../turn.js";

export interface Quality {
  /** `missing`: the source has not run, which fails the gate whatever its `on_fail`. */
  readonly verdict: "passed" | "below" | "missing";
  readonly text: string;
}

export function qualityOf(turn: Turn, { source, threshold }: NonNullable<GateNode["quality"]>): Quality {
  if (member(turn.state.results, source) === undefined) {
    return { verdict: "missing", text: `step '${source}' has no result` };
  }
  const confidence = confidenceOf(outputMember(turn, source, "confidence"));
  const measured =
    confidence === undefined
      ? `step '${source}' reported no confidence, counted as 0`
      : `confidence ${confidence}`;
  const verdict = (confidence ?? 0) >= threshold ? "passed" : "below";
  return { verdict, text: `${measured}, threshold ${threshold}` };
}

/** Truncated toward zero and kept within 0..100. */
function confidenceOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value)
    ? Math.min(100, Math.max(0, Math.trunc(value)))
    : undefined;
}
