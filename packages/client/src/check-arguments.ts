/**
 * Refuses arguments of a wrong type and options that do not exist, before a call does anything: `invalid_usage` that says
 * which argument of which call, and what was meant perhaps.
 */
import { RunfleetError } from "@runfleet/model";
import { z } from "zod";
import type { ArgumentShape } from "./argument-shapes.js";

/** The calls of an object, each behind the check of its arguments. What answers a promise rejects, `events`, `logs` and `run` throw. */
export function withCheckedArguments<Calls extends object>(
  calls: Calls,
  shapes: Readonly<Record<string, readonly ArgumentShape[]>>,
): Calls {
  const checked = { ...calls } as Record<string, unknown>;
  for (const call of Object.keys(checked)) {
    const member = checked[call];
    const expected = shapes[call];
    if (typeof member !== "function" || expected === undefined) continue;
    checked[call] = (...given: readonly unknown[]): unknown => {
      const problem = argumentsProblem(call, expected, given);
      if (problem === undefined) return member(...given);
      const error = new RunfleetError("invalid_usage", problem);
      if (throwing.has(call)) throw error;
      return Promise.reject(error);
    };
  }
  return checked as Calls;
}

const throwing: ReadonlySet<string> = new Set(["events", "logs", "run"]);

/** What is wrong with the first argument that is. */
export function argumentsProblem(
  call: string,
  expected: readonly ArgumentShape[],
  given: readonly unknown[],
): string | undefined {
  for (const [index, { name, shape }] of expected.entries()) {
    const issue = shape.safeParse(given[index]).error?.issues[0];
    if (issue !== undefined) return `${call}: ${describe(issue, { name, value: given[index], shape })}`;
  }
  return undefined;
}

interface Checked {
  readonly name: string;
  readonly value: unknown;
  readonly shape: z.ZodType;
}

function describe(issue: z.core.$ZodIssue, { name, value, shape }: Checked): string {
  const at = [name, ...issue.path.map(String)].join(".");
  if (issue.code === "unrecognized_keys") {
    const known = membersOf(issue.path.reduce(shapeBelow, shape));
    return `${at} has no member ${JSON.stringify(issue.keys[0]?.slice(0, 100))}; known: ${known.join(", ")}`;
  }
  const found = shown(issue.path.reduce<unknown>((inside, key) => memberOf(inside, key), value));
  return `${at} must be ${wanted(issue)}, not ${found}`;
}

function shapeBelow(shape: z.core.$ZodType | undefined, key: PropertyKey): z.core.$ZodType | undefined {
  const inner = shape instanceof z.ZodOptional ? shape.unwrap() : shape;
  if (inner instanceof z.ZodArray) return inner.element;
  return inner instanceof z.ZodObject ? inner.shape[String(key)] : undefined;
}

function membersOf(shape: z.core.$ZodType | undefined): readonly string[] {
  const inner = shape instanceof z.ZodOptional ? shape.unwrap() : shape;
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

const nouns: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  function: "a function",
};

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return nouns[issue.expected] ?? `of type ${issue.expected}`;
    case "custom":
      return nouns[String(issue.params?.["expected"])] ?? "something else";
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return [...new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map(wantedInUnion)))].join(
        " or ",
      );
    default:
      return issue.message;
  }
}

/** An alternative that is an object lacks a member where the other alternative is no object. */
function wantedInUnion(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 ? wanted(issue) : `an object with ${issue.path.map(String).join(".")}`;
}

/** Short: what was given may be large, or secret; only small values are repeated. */
function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return value.length > 40 ? "a text" : JSON.stringify(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
