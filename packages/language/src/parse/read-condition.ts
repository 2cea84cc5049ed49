/** Conditions in the head of `if`, `unless` and `while`. */
import type { Condition, MarkerCondition } from "@runfleet/model";
import { conditionOf } from "../definition/condition.js";
import type { Parser } from "./parser.js";
import { isPunctuation, peek, report, reportExpected, take } from "./parser.js";
import { takeScalar } from "./read-value.js";

/** `step.marker` or the name of an input; in quotes when a name has other characters. */
export function readCondition(parser: Parser, path: string): Condition | undefined {
  const { kind } = peek(parser);
  if (kind !== "word" && kind !== "string") {
    reportExpected(parser, "a condition", "write `step.marker`, or the name of a boolean input");
    return undefined;
  }
  const value = takeScalar(parser);
  parser.places.set(`${path}:condition`, value.span);
  const condition = conditionOf(value.text);
  const isCut = isPunctuation(peek(parser), ".");
  if (condition !== undefined && !isCut) return condition;
  if (isCut) take(parser);
  report(parser, {
    code: "invalid_condition",
    span: value.span,
    message: `\`${value.text}\` is not a condition`,
    hint: "write `step.marker`, or the name of a boolean input",
  });
  return undefined;
}

/** As `readCondition`, for loops, which test markers only. */
export function readMarkerCondition(parser: Parser, path: string): MarkerCondition | undefined {
  const start = peek(parser);
  const condition = readCondition(parser, path);
  if (condition?.kind !== "input") return condition;
  report(parser, {
    code: "invalid_condition",
    span: start,
    message: `a loop tests a marker, not the input \`${condition.input}\``,
    hint: "write `while step.marker`: the marker a step of the loop gives as long as it must go on",
  });
  return undefined;
}
