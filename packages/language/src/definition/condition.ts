/** Conditions as text: `step.marker`, or the bare name of an input. Does not know which steps exist. */
import type { Condition, MarkerCondition } from "@runfleet/model";

/** Splits at the first dot: a step's name has none, a marker may. `undefined` when a part is empty. */
export function conditionOf(text: string): Condition | undefined {
  if (text.includes(".")) return markerConditionOf(text);
  return text === "" ? undefined : { kind: "input", input: text };
}

/** As `conditionOf`, for places that take markers only. */
export function markerConditionOf(text: string): MarkerCondition | undefined {
  const dot = text.indexOf(".");
  if (dot <= 0 || dot === text.length - 1) return undefined;
  return { kind: "marker", step: text.slice(0, dot), marker: text.slice(dot + 1) };
}

/** The text that parses back to the condition. */
export function conditionText(condition: Condition): string {
  return condition.kind === "marker" ? `${condition.step}.${condition.marker}` : condition.input;
}
