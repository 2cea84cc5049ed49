/**
 * Holds a structured output to its schema and derives from it what later steps see: markers and context. Members the
 * schema does not name are allowed. Changes nothing in the output itself.
 */
import { member } from "../record.js";
import { defaultMarkerRules, derivedMarkers } from "./marker-rules.js";
import type { OutputField, OutputSchema, OutputType } from "./output-schema.js";

/** Problems listed of one output: an agent repairs a few at a time. */
const problemsMax = 20;

interface Place {
  readonly path: string;
  readonly problems: string[];
}

/** What is wrong with an output, each with its place; empty when it fits. Never throws. */
export function outputProblems(schema: OutputSchema, output: unknown): readonly string[] {
  const problems: string[] = [];
  if (isMembers(output)) checkFields(schema.fields, output, { path: "", problems });
  else problems.push(`it must be an object, it is ${kindOf(output)}`);
  return problems.slice(0, problemsMax);
}

export interface DerivedOutput {
  /** Sorted; they replace whatever the agent itself put into `markers`. */
  readonly markers: string[];
  readonly context: string;
}

/** Markers by the schema's rules; the context is the member `context`, else `summary`, else the first text by name. */
export function deriveFromOutput(
  schema: OutputSchema,
  output: Readonly<Record<string, unknown>>,
): DerivedOutput {
  return {
    markers: derivedMarkers(schema.markers ?? defaultMarkerRules, output),
    context: contextOf(output),
  };
}

function contextOf(output: Readonly<Record<string, unknown>>): string {
  const names = ["context", "summary", ...Object.keys(output).sort()];
  const texts = names.map((name) => member(output, name)).filter((value) => typeof value === "string");
  return texts.find((text) => text !== "") ?? "";
}

function checkFields(fields: readonly OutputField[], output: Members, { path, problems }: Place): void {
  for (const { name, isRequired, type } of fields) {
    const value = member(output, name);
    const place = { path: path === "" ? name : `${path}.${name}`, problems };
    // Models write null for what they leave out.
    if (value !== undefined && value !== null) checkValue(type, value, place);
    else if (isRequired) problems.push(`${place.path}: is required and missing`);
  }
}

function checkValue(wanted: OutputType, value: unknown, place: Place): void {
  if (place.problems.length >= problemsMax) return;
  switch (wanted.kind) {
    case "string":
    case "number":
    case "boolean":
      if (typeof value !== wanted.kind) wrong(place, `must be a ${wanted.kind}`, value);
      return;
    case "enum":
      if (typeof value === "string" && wanted.values.includes(value)) return;
      wrong(place, `must be one of ${wanted.values.join(", ")}`, value);
      return;
    case "array":
      if (!Array.isArray(value)) wrong(place, "must be an array", value);
      else checkElements(wanted.items, value, place);
      return;
    case "object":
      if (isMembers(value)) checkFields(wanted.fields, value, place);
      else wrong(place, "must be an object", value);
      return;
    default: {
      wanted satisfies never;
    }
  }
}

function checkElements(items: OutputType | undefined, elements: readonly unknown[], place: Place): void {
  if (items === undefined) return;
  for (const [index, element] of elements.entries()) {
    checkValue(items, element, { ...place, path: `${place.path}[${index}]` });
  }
}

function wrong({ path, problems }: Place, rule: string, value: unknown): void {
  problems.push(`${path}: ${rule}, it is ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "an array" : "an object";
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
