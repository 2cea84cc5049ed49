/**
 * An output schema from plain data, as a YAML or JSON file gives it:
 *
 *   fields:
 *     verdict: enum(approve, reject)
 *     summary?: string
 *     findings:
 *       type: array
 *       desc: What must change
 *       items: { severity: "enum(low, high)", text: string }
 *   markers:
 *     has_findings: findings.length > 0
 *
 * Reads no text and no file. Finds every mistake at once.
 */
import { defined, member } from "../record.js";
import { parseMarkerTest } from "./marker-rules.js";
import type { MarkerRule, OutputField, OutputSchema, OutputType } from "./output-schema.js";

export interface ReadOutputSchema {
  /** Absent when there are problems. */
  readonly schema?: OutputSchema;
  /** Each says where and what to write instead. */
  readonly problems: readonly string[];
}

interface Reading {
  readonly problems: string[];
  readonly depth: number;
}

type Members = Readonly<Record<string, unknown>>;

/** Fields inside fields: deeper ones no agent fills in reliably. */
const depthMax = 10;
const typesHint = "string, number, boolean, enum(a, b), array, array(string) or object";
const schemaKeys: ReadonlySet<string> = new Set(["name", "desc", "description", "fields", "markers"]);
const fieldKeys: ReadonlySet<string> = new Set([
  ...["type", "desc", "description", "examples", "items", "fields", "values"],
]);

/** The schema that `data` describes; `name` is the one steps use. Never throws. */
export function readOutputSchema(name: string, data: unknown): ReadOutputSchema {
  const problems: string[] = [];
  if (!isMembers(data)) return { problems: ["it must be a map with the key `fields`"] };
  refuseUnknown(data, { where: "", known: schemaKeys, problems });
  const fields = readFields(data["fields"], "fields", { problems, depth: 0 });
  const markers = readMarkers(data["markers"], { fields, problems });
  if (problems.length > 0) return { problems };
  return { schema: { name, fields, ...defined({ markers }) }, problems };
}

function readFields(data: unknown, where: string, reading: Reading): OutputField[] {
  if (!isMembers(data) || Object.keys(data).length === 0) {
    reading.problems.push(`${where}: must be a map from names to types with at least one entry`);
    return [];
  }
  if (reading.depth >= depthMax) {
    reading.problems.push(`${where}: fields lie more than ${depthMax} levels deep`);
    return [];
  }
  const inside = { ...reading, depth: reading.depth + 1 };
  return Object.entries(data).map(([key, value]) => readField(key, value, { where, reading: inside }));
}

function readField(
  key: string,
  data: unknown,
  { where, reading }: { readonly where: string; readonly reading: Reading },
): OutputField {
  const name = key.replace(/\?$/, "");
  const place = `${where}.${name}`;
  const field = { name, isRequired: name === key };
  if (!/^[\w-]+$/.test(name)) reading.problems.push(`${place}: a name has letters, digits, _ and -`);
  if (!isMembers(data)) return { ...field, type: readTypeText(data, place, reading) };
  refuseUnknown(data, { where: place, known: fieldKeys, problems: reading.problems });
  const description = data["desc"] ?? data["description"];
  if (description !== undefined && typeof description !== "string") {
    reading.problems.push(`${place}.desc: must be a text`);
  }
  return {
    ...field,
    type: readLongType(data, place, reading),
    ...(typeof description === "string" ? { description } : {}),
    ...defined({ examples: readExamples(data["examples"], place, reading) }),
  };
}

function readExamples(data: unknown, place: string, { problems }: Reading): string[] | undefined {
  if (data === undefined) return undefined;
  if (!Array.isArray(data)) {
    problems.push(`${place}.examples: must be a list`);
    return undefined;
  }
  return data.map((example) => (typeof example === "string" ? example : JSON.stringify(example)));
}

/** `type`, completed by `values` of an enum, `items` of an array, `fields` of an object. */
function readLongType(data: Members, place: string, reading: Reading): OutputType {
  const { type = data["fields"] === undefined ? undefined : "object", values, items, fields } = data;
  if (type === "enum") return enumOf(values, place, reading);
  if (type === "object") return { kind: "object", fields: readFields(fields, `${place}.fields`, reading) };
  if (type === "array" && items !== undefined) {
    return { kind: "array", items: readItems(items, `${place}.items`, reading) };
  }
  return readTypeText(type, place, reading);
}

/** Elements: the text of a type, a map of fields, or the long form. */
function readItems(data: unknown, place: string, reading: Reading): OutputType {
  if (!isMembers(data)) return readTypeText(data, place, reading);
  const isLong = typeof data["type"] === "string" && Object.keys(data).every((key) => fieldKeys.has(key));
  if (isLong || (isMembers(data["fields"]) && Object.keys(data).length === 1)) {
    return readField("items", data, { where: place.slice(0, -".items".length), reading }).type;
  }
  return { kind: "object", fields: readFields(data, place, reading) };
}

/** `string`, `enum(a, b)`, `array(number)`. */
function readTypeText(data: unknown, place: string, reading: Reading): OutputType {
  const text = typeof data === "string" ? data.trim() : "";
  if (text === "string" || text === "number" || text === "boolean" || text === "array") return { kind: text };
  const [, outer, inner = ""] = /^(enum|array)\s*\((.*)\)$/s.exec(text) ?? [];
  if (outer === "enum") return enumOf(inner.split(","), place, reading);
  if (outer === "array" && reading.depth < depthMax) {
    return { kind: "array", items: readTypeText(inner, place, { ...reading, depth: reading.depth + 1 }) };
  }
  const given = data === undefined ? "missing" : JSON.stringify(data);
  reading.problems.push(`${place}: the type is ${given}; write ${typesHint}`);
  return { kind: "string" };
}

function enumOf(data: unknown, place: string, { problems }: Reading): OutputType {
  const values = Array.isArray(data) ? data.map((value) => String(value).trim()) : [];
  if (values.length === 0 || values.includes("")) {
    problems.push(`${place}: an enum lists its values: enum(low, high)`);
  }
  return { kind: "enum", values };
}

function readMarkers(
  data: unknown,
  { fields, problems }: { readonly fields: readonly OutputField[]; readonly problems: string[] },
): MarkerRule[] | undefined {
  if (data === undefined) return undefined;
  if (!isMembers(data)) {
    problems.push("markers: must be a map from names to expressions");
    return undefined;
  }
  return Object.entries(data).flatMap(([marker, expression]) => {
    const test = typeof expression === "string" ? parseMarkerTest(expression) : undefined;
    if (test === undefined) {
      const given = JSON.stringify(expression);
      problems.push(
        `markers.${marker}: ${given} is no rule; write \`field.length > 0\`, \`field[sub == value].length > 0\` or \`field == value\``,
      );
      return [];
    }
    if (fields.some(({ name }) => name === test.field)) return [{ marker, test }];
    problems.push(`markers.${marker}: there is no field "${test.field}"`);
    return [];
  });
}

function refuseUnknown(
  data: Members,
  { where, known, problems }: { where: string; known: ReadonlySet<string>; problems: string[] },
): void {
  const unknown = Object.keys(data).filter((key) => !known.has(key) || member(data, key) === undefined);
  const prefix = where === "" ? "" : `${where}: `;
  for (const key of unknown)
    problems.push(`${prefix}unknown key "${key}"; known are ${[...known].join(", ")}`);
}

function isMembers(data: unknown): data is Members {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
