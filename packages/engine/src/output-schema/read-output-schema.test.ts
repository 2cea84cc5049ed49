/** Schemas from plain data: every spelling, and every mistake with its place. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readOutputSchema } from "./read-output-schema.js";

test("all types, optional fields, descriptions, examples and rules are read", () => {
  const data = {
    desc: "what a reviewer says",
    fields: {
      verdict: "enum(approve, reject)",
      "summary?": "string",
      score: { type: "number", desc: "0 to 100", examples: [7, "80"] },
      done: "boolean",
      tags: "array(string)",
      anything: "array",
      numbers: { type: "array", items: "number" },
      findings: {
        type: "array",
        items: { severity: { type: "enum", values: ["low", "high"] }, text: "string" },
      },
      points: { type: "array", items: { type: "object", fields: { x: "number" } } },
      author: { type: "object", fields: { "name?": "string" } },
      place: { fields: { line: "number" } },
    },
    markers: { has_findings: "findings.length > 0" },
  };
  const { schema, problems } = readOutputSchema("verdict", data);
  expect(problems).toEqual([]);
  const required = { isRequired: true };
  const text = { kind: "string" };
  expect(schema).toEqual({
    name: "verdict",
    fields: [
      { name: "verdict", ...required, type: { kind: "enum", values: ["approve", "reject"] } },
      { name: "summary", isRequired: false, type: text },
      {
        name: "score",
        ...required,
        type: { kind: "number" },
        description: "0 to 100",
        examples: ["7", "80"],
      },
      { name: "done", ...required, type: { kind: "boolean" } },
      { name: "tags", ...required, type: { kind: "array", items: text } },
      { name: "anything", ...required, type: { kind: "array" } },
      { name: "numbers", ...required, type: { kind: "array", items: { kind: "number" } } },
      {
        name: "findings",
        ...required,
        type: {
          kind: "array",
          items: {
            kind: "object",
            fields: [
              { name: "severity", ...required, type: { kind: "enum", values: ["low", "high"] } },
              { name: "text", ...required, type: text },
            ],
          },
        },
      },
      {
        name: "points",
        ...required,
        type: {
          kind: "array",
          items: { kind: "object", fields: [{ name: "x", ...required, type: { kind: "number" } }] },
        },
      },
      {
        name: "author",
        ...required,
        type: { kind: "object", fields: [{ name: "name", isRequired: false, type: text }] },
      },
      {
        name: "place",
        ...required,
        type: { kind: "object", fields: [{ name: "line", ...required, type: { kind: "number" } }] },
      },
    ],
    markers: [
      { marker: "has_findings", test: { kind: "length", field: "findings", comparison: ">", value: 0 } },
    ],
  });
});

test("a field called type is a field where the others are no options", () => {
  const { schema } = readOutputSchema("s", {
    fields: { list: { type: "array", items: { type: "string", text: "string" } } },
  });
  expect(schema?.fields[0]?.type).toMatchObject({
    items: { kind: "object", fields: [{ name: "type" }, { name: "text" }] },
  });
});

test("without rules there is no list of rules, with an empty one there is", () => {
  expect(readOutputSchema("s", { fields: { a: "string" } }).schema).not.toHaveProperty("markers");
  expect(readOutputSchema("s", { fields: { a: "string" }, markers: {} }).schema?.markers).toEqual([]);
});

test.each([
  [null, "it must be a map"],
  [[], "it must be a map"],
  [{}, "fields: must be a map"],
  [{ fields: {} }, "fields: must be a map"],
  [{ fields: { a: "text" } }, 'fields.a: the type is "text"; write string, number'],
  [{ fields: { a: 5 } }, "fields.a: the type is 5"],
  [{ fields: { a: {} } }, "fields.a: the type is missing"],
  [{ fields: { a: { type: "string", desk: "x" } } }, 'fields.a: unknown key "desk"'],
  [{ fields: { a: { type: "string", desc: 5 } } }, "fields.a.desc: must be a text"],
  [{ fields: { a: { type: "string", examples: "x" } } }, "fields.a.examples: must be a list"],
  [{ fields: { a: "enum()" } }, "fields.a: an enum lists its values"],
  [{ fields: { a: { type: "enum" } } }, "fields.a: an enum lists its values"],
  [{ fields: { a: { type: "object" } } }, "fields.a.fields: must be a map"],
  [{ fields: { a: { type: "array", items: { b: "text" } } } }, "fields.a.items.b: the type is"],
  [{ fields: { "a b": "string" } }, "fields.a b: a name has letters"],
  [{ fields: { a: "string" }, rules: {} }, 'unknown key "rules"'],
  [{ fields: { a: "string" }, markers: [] }, "markers: must be a map"],
  [{ fields: { a: "string" }, markers: { m: "a !! 5" } }, 'markers.m: "a !! 5" is no rule'],
  [{ fields: { a: "string" }, markers: { m: `a == ${"x".repeat(500)}` } }, "is no rule"],
  [{ fields: { a: "string" }, markers: { m: 5 } }, "markers.m: 5 is no rule"],
  [{ fields: { a: "string" }, markers: { m: "a > x" } }, "is no rule"],
  [{ fields: { a: "string" }, markers: { m: "b == x" } }, 'markers.m: there is no field "b"'],
])("%j is refused: %s", (data, problem) => {
  const read = readOutputSchema("s", data);
  expect(read.schema).toBeUndefined();
  expect(read.problems.join("\n")).toContain(problem);
});

test("several mistakes are found at once", () => {
  expect(readOutputSchema("s", { fields: { a: "x", b: "y" }, markers: { m: "?" } }).problems).toHaveLength(3);
});

test("fields without a bottom are refused", () => {
  const deep = (levels: number): unknown => (levels === 0 ? "string" : { fields: { a: deep(levels - 1) } });
  expect(readOutputSchema("s", deep(9)).problems).toEqual([]);
  expect(readOutputSchema("s", deep(200)).problems).toEqual([expect.stringContaining("levels deep")]);
  expect(
    readOutputSchema("s", { fields: { a: "array(".repeat(5_000) + ")".repeat(5_000) } }).schema,
  ).toBeUndefined();
});

test("whatever the data is, there is a schema or a problem", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (data) => {
      const { schema, problems } = readOutputSchema("s", { fields: data, markers: data });
      expect(schema === undefined).toBe(problems.length > 0);
    }),
  );
});
