/**
 * Markers that follow from a structured output. One expression looks at one field:
 *
 *   findings.length > 0      findings[severity == high].length > 2      approved == false      score < 50
 */
import { member } from "../record.js";
import type { Comparison, MarkerRule, MarkerTest } from "./output-schema.js";

const lengthForm =
  /^([\w-]+)(?:\[\s*([\w-]+)\s*==\s*("[^"]*"|'[^']*'|[^\]"']+?)\s*\])?\.length\s*(==|<|>)\s*(\d+)$/;
const valueForm = /^([\w-]+)\s*(==|<|>)\s*("[^"]*"|'[^']*'|\S+)$/;

/** What holds for a schema without rules of its own. */
export const defaultMarkerRules: readonly MarkerRule[] = [
  { marker: "not_approved", test: { kind: "value", field: "approved", comparison: "==", value: "false" } },
  { marker: "has_findings", test: { kind: "length", field: "findings", comparison: ">", value: 0 } },
  { marker: "has_critical_findings", test: findingsOf("critical") },
  { marker: "has_high_findings", test: findingsOf("high") },
];

function findingsOf(severity: string): MarkerTest {
  const where = { member: "severity", value: severity };
  return { kind: "length", field: "findings", where, comparison: ">", value: 0 };
}

/** Longer ones are a mistake or an attack: the patterns above take quadratic time. */
const expressionCharsMax = 500;

/** The test an expression stands for, or `undefined` when it is none. */
export function parseMarkerTest(expression: string): MarkerTest | undefined {
  if (expression.length > expressionCharsMax) return undefined;
  const text = expression.trim();
  const [, field = "", sub, wanted = "", comparison, count] = lengthForm.exec(text) ?? [];
  if (count !== undefined) {
    const where = sub === undefined ? {} : { where: { member: sub, value: unquoted(wanted) } };
    return { kind: "length", field, ...where, comparison: comparison as Comparison, value: Number(count) };
  }
  const [, name = "", operator, value = ""] = valueForm.exec(text) ?? [];
  if (operator === undefined || (operator !== "==" && !isNumber(value))) return undefined;
  return { kind: "value", field: name, comparison: operator as Comparison, value: unquoted(value) };
}

/** Names of the markers whose rules hold for an output, sorted, each once. */
export function derivedMarkers(
  rules: readonly MarkerRule[],
  output: Readonly<Record<string, unknown>>,
): string[] {
  const holding = rules.filter(({ test }) => holdsFor(test, member(output, test.field)));
  return [...new Set(holding.map(({ marker }) => marker))].sort();
}

/** A field that is missing or of another type makes no rule hold. */
function holdsFor(test: MarkerTest, actual: unknown): boolean {
  if (test.kind === "value") return isComparable(actual) && compares(actual, test);
  if (typeof actual === "string" && test.where === undefined) return compares(actual.length, test);
  if (!Array.isArray(actual)) return false;
  const { where } = test;
  const counted = where === undefined ? actual : actual.filter((element) => matches(element, where));
  return compares(counted.length, test);
}

function matches(element: unknown, where: { readonly member: string; readonly value: string }): boolean {
  if (typeof element !== "object" || element === null) return false;
  const actual = member(element as Record<string, unknown>, where.member);
  return isComparable(actual) && compares(actual, { comparison: "==", value: where.value });
}

function compares(
  actual: string | number | boolean,
  { comparison, value }: { readonly comparison: Comparison; readonly value: string | number },
): boolean {
  const wanted = Number(value);
  if (comparison === "==") return typeof actual === "number" ? actual === wanted : String(actual) === value;
  if (typeof actual !== "number") return false;
  return comparison === "<" ? actual < wanted : actual > wanted;
}

function isComparable(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
