/** What a JSON schema says, in words: a row for each member, those of inner objects by their path. */
import { code, type Row } from "./markdown.js";

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

export const memberHead: Row = ["member", "type", "must be there", "meaning"];

/** Rows as in `memberHead`; empty for what is no object. */
export function memberRows({ properties = {}, required = [] }: JsonSchema, before = ""): readonly Row[] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = `${before}${name}`;
    const row = [
      code(path),
      typeText(member),
      required.includes(name) ? "yes" : "",
      member.description ?? "",
    ];
    return [row, ...innerRows(member, path)];
  });
}

/** Of an object, of the items of a list, of what may be null as well. */
function innerRows(schema: JsonSchema, path: string): readonly Row[] {
  const [only, ...others] = alternatives(schema).filter(({ type }) => type !== "null");
  if (only === undefined || others.length > 0) return [];
  return only.type === "array" ? innerRows(only.items ?? {}, `${path}[]`) : memberRows(only, `${path}.`);
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [schema];
}

export function typeText(schema: JsonSchema): string {
  const kinds = variantsBy(schema);
  if (kinds !== undefined) return kinds;
  return [...new Set(alternatives(schema).map(oneType))].join(" or ");
}

/** Objects that differ by a constant member: which member, and its values. */
function variantsBy(schema: JsonSchema): string | undefined {
  const variants = alternatives(schema);
  const [first] = variants;
  const by = Object.entries(first?.properties ?? {}).find(([, { const: value }]) => value !== undefined)?.[0];
  if (by === undefined || variants.length < 2) return undefined;
  const values = variants.map(({ properties }) => properties?.[by]?.const);
  return `object, by ${code(by)}: ${values.map((value) => code(String(value))).join(", ")}`;
}

function oneType(schema: JsonSchema): string {
  const [, name] = /\/schemas\/(\w+)$/.exec(schema.$ref ?? "") ?? [];
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  if (schema.type === "array") return `list of ${typeText(schema.items ?? {})}`;
  if (schema.type === "object") return objectText(schema);
  const types = schema.type === undefined ? ["any value"] : [schema.type].flat();
  return `${types.join(" or ")}${bounds(schema)}`;
}

function objectText({ properties, additionalProperties }: JsonSchema): string {
  if (properties !== undefined || typeof additionalProperties !== "object") return "object";
  return `object of ${typeText(additionalProperties)}`;
}

/** Only bounds that somebody chose: a schema of whole numbers has those of the number type. */
function bounds({ minimum, maximum, minLength, maxLength, format }: JsonSchema): string {
  const chosen = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  const [from, to] = [chosen(minimum) ?? minLength, chosen(maximum) ?? maxLength];
  if (format !== undefined) return `, ${format}`;
  if (from === undefined && to === undefined) return "";
  const unit = minLength === undefined && maxLength === undefined ? "" : " characters";
  return `, ${from ?? 0}${to === undefined ? " or more" : ` to ${to}`}${unit}`;
}
