/** Values that a JSON schema describes, and values that almost fit it: what a hostile caller who has read it would send. */
import fc from "fast-check";

/** As much of JSON schema as an OpenAPI document of ours uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
}

/** Texts that something behind the server may stumble over. */
export const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    "0",
    "a:b",
    "../..",
    "{}",
    "\u0000",
    "__proto__",
    "constructor",
    "*",
    "[x",
    "(x",
    "+",
    "-",
  ),
  fc.constantFrom("{{a}}", "-1", "1e999", "0-0", "9".repeat(30), "\ud800", "%00", "greet", "x".repeat(3_000)),
);
export const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  oddText,
  fc.constantFrom(-1, 0.5, 1e300, Number.MAX_SAFE_INTEGER, null, [], {}),
);

/** Nesting at which values become odd ones: schemas of definitions contain themselves. */
const depthMax = 4;

/** Mostly what the schema says; now and then something else at any place. */
export function anyOfSchema(
  schema: Schema,
  named: Readonly<Record<string, Schema>>,
  depth = 0,
): fc.Arbitrary<unknown> {
  if (depth > depthMax) return oddValue;
  const fitting = fittingValue(schema, named, depth);
  return fc.oneof({ arbitrary: fitting, weight: 8 }, { arbitrary: oddValue, weight: 1 });
}

function fittingValue(
  schema: Schema,
  named: Readonly<Record<string, Schema>>,
  depth: number,
): fc.Arbitrary<unknown> {
  const inner = (part: Schema): fc.Arbitrary<unknown> => anyOfSchema(part, named, depth + 1);
  const target = schema.$ref?.split("/").at(-1);
  if (target !== undefined) return fittingValue(named[target] ?? {}, named, depth + 1);
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const [first, ...others] = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (first !== undefined) return fc.oneof(...[first, ...others].map(inner));
  switch ([schema.type].flat()[0]) {
    case "string":
      return oddText;
    case "integer":
    case "number":
      return fc.oneof(fc.integer({ min: 0, max: 500 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(inner(schema.items ?? {}), { maxLength: 3 });
    case "object":
      return anyObject(schema, inner);
    default:
      return oddValue;
  }
}

function anyObject(
  { properties = {}, required = [], additionalProperties }: Schema,
  inner: (part: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)]));
  const known = fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  const more = typeof additionalProperties === "object" ? inner(additionalProperties) : oddValue;
  const extra = fc.dictionary(fc.oneof(oddText, fc.constantFrom("whom", "tone")), more, { maxKeys: 2 });
  const isOpen = Object.keys(properties).length === 0;
  return isOpen ? extra : fc.oneof({ arbitrary: known, weight: 6 }, fc.tuple(known, extra).map(merged));
}

function merged([known, extra]: readonly [object, object]): object {
  return { ...known, ...extra };
}
