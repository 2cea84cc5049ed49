/** What conditions of `if`, `unless`, loops and parallel branches look at: latest results and inputs. */
import type { Condition } from "@runfleet/model";
import { member } from "./record.js";
import type { Turn } from "./turn.js";
import { inputsNow } from "./variables.js";

/** A marker counts when the step's latest result has it; an input when it is "true" in any case. Missing = false. */
export function holds(turn: Turn, condition: Condition): boolean {
  if (condition.kind === "input") return member(inputsNow(turn), condition.input)?.toLowerCase() === "true";
  return markersOf(turn, condition.step).includes(condition.marker);
}

/** Markers of a step's latest result; none when it has not run. */
export function markersOf(turn: Turn, step: string): readonly string[] {
  return member(turn.state.results, step)?.markers ?? [];
}

/** The condition as it is written. */
export function conditionText(condition: Condition): string {
  return condition.kind === "input" ? condition.input : `${condition.step}.${condition.marker}`;
}
