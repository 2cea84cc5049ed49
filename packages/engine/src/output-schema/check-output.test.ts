/** Outputs held to their schema, and what follows from them. */
import { expect, test } from "vitest";
import { deriveFromOutput, outputProblems } from "./check-output.js";
import { describeOutputSchema } from "./describe-output-schema.js";
import type { OutputSchema } from "./output-schema.js";
import { readOutputSchema } from "./read-output-schema.js";

function schemaOf(fields: unknown, markers?: unknown): OutputSchema {
  const { schema, problems } = readOutputSchema("s", {
    fields,
    ...(markers === undefined ? {} : { markers }),
  });
  if (schema === undefined) throw new Error(problems.join("\n"));
  return schema;
}

const review = schemaOf({
  approved: "boolean",
  "score?": "number",
  "verdict?": "enum(ship, wait)",
  "findings?": { type: "array", items: { severity: "enum(low, high, critical)", "text?": "string" } },
  "author?": { fields: { name: "string" } },
});

test("a fitting output has no problems, further members and null for what may be left out included", () => {
  const output = { approved: true, score: null, findings: [{ severity: "low", more: 1 }], other: {} };
  expect(outputProblems(review, output)).toEqual([]);
});

test.each([
  [undefined, "it must be an object, it is missing"],
  [[], "it must be an object, it is an array"],
  [{}, "approved: is required and missing"],
  [{ approved: null }, "approved: is required and missing"],
  [{ approved: "yes" }, 'approved: must be a boolean, it is "yes"'],
  [{ approved: true, score: "7" }, 'score: must be a number, it is "7"'],
  [{ approved: true, verdict: "maybe" }, 'verdict: must be one of ship, wait, it is "maybe"'],
  [{ approved: true, findings: {} }, "findings: must be an array, it is an object"],
  [{ approved: true, findings: [{}] }, "findings[0].severity: is required and missing"],
  [{ approved: true, findings: [{ severity: "low" }, 7] }, "findings[1]: must be an object, it is 7"],
  [{ approved: true, author: { name: false } }, "author.name: must be a string, it is false"],
])("%j does not fit: %s", (output, problem) => {
  expect(outputProblems(review, output)).toEqual([problem]);
});

test("of very many problems the first are told", () => {
  const findings = Array.from({ length: 10_000 }, () => 1);
  expect(outputProblems(review, { approved: true, findings })).toHaveLength(20);
});

test("names every object inherits are no members", () => {
  expect(outputProblems(schemaOf({ constructor: "string" }), {})).toEqual([
    "constructor: is required and missing",
  ]);
});

test.each([
  [{ approved: false }, ["not_approved"]],
  [{ approved: true, findings: [] }, []],
  [{ findings: [{ severity: "low" }] }, ["has_findings"]],
  [
    { approved: false, findings: [{ severity: "high" }, { severity: "critical" }] },
    ["has_critical_findings", "has_findings", "has_high_findings", "not_approved"],
  ],
])("without rules of its own %j gives %j", (output, markers) => {
  expect(deriveFromOutput(review, output).markers).toEqual(markers);
});

test("rules of its own are the only ones", () => {
  const schema = schemaOf({ approved: "boolean", findings: "array" }, { ready: "approved == true" });
  expect(deriveFromOutput(schema, { approved: true, findings: [1] }).markers).toEqual(["ready"]);
  expect(deriveFromOutput(schema, { approved: false, findings: [1] }).markers).toEqual([]);
});

const everything = {
  list: [{ kind: "a b", n: 2 }, { kind: "x", n: 3, open: true }, "no object"],
  text: "three words here",
  score: 7.5,
  done: true,
  nothing: null,
};

test.each([
  ["list.length > 2", true],
  ["list.length > 3", false],
  ["list.length < 4", true],
  ["list.length == 3", true],
  ["list[kind == x].length == 1", true],
  ["list[kind == 'a b'].length > 0", true],
  ['list[kind=="a b"].length>0', true],
  ["list[n == 3].length == 1", true],
  ["list[open == true].length == 1", true],
  ["list[gone == x].length == 0", true],
  ["text.length > 10", true],
  ["text[kind == x].length == 0", false],
  ["score > 7", true],
  ["score < 7.5", false],
  ["score == 7.50", true],
  ["score > -1", true],
  ["done == true", true],
  ["done == false", false],
  ["text == 'three words here'", true],
  ["text == three", false],
  ["text > 3", false],
  ["nothing == null", false],
  ["nothing.length == 0", false],
])("%s is %j", (expression, holds) => {
  const fields = { list: "array", text: "string", score: "number", done: "boolean", nothing: "array" };
  const { markers } = deriveFromOutput(schemaOf(fields, { m: expression }), everything);
  expect(markers).toEqual(holds ? ["m"] : []);
});

test.each([
  [{ context: "c", summary: "s", a: "x" }, "c"],
  [{ context: "", summary: "s", a: "x" }, "s"],
  [{ zebra: "z", b: 5, apple: "first by name" }, "first by name"],
  [{ n: 1 }, ""],
])("the context of %j is %j", (output, context) => {
  expect(deriveFromOutput(review, output).context).toBe(context);
});

test("the instruction names every field with its type, its duty, its description and its examples", () => {
  const text = describeOutputSchema(
    schemaOf({
      verdict: "enum(ship, wait)",
      "findings?": {
        type: "array",
        desc: "what must change",
        items: { line: { type: "number", examples: [7] } },
      },
    }),
  );
  expect(text).toContain('<<<FLOW_OUTPUT>>>\n{ "verdict": …, "findings": … }\n<<<END_FLOW_OUTPUT>>>');
  expect(text).toContain('- "verdict" (one of "ship", "wait", required)');
  expect(text).toContain(
    '- "findings" (array, each element object with the members below, may be left out): what must change',
  );
  expect(text).toContain('  - "line" (number, required) (for example: 7)');
});

test("an array of anything takes everything, an element that must be something takes no null, long texts are cut", () => {
  const schema = schemaOf({
    tags: "array",
    "names?": { type: "array", items: "string" },
    "size?": "enum(s, m)",
  });
  expect(outputProblems(schema, { tags: [1, null, "x", {}] })).toEqual([]);
  expect(outputProblems(schema, { tags: [], names: ["a", null], size: "x".repeat(50) })).toEqual([
    "names[1]: must be a string, it is null",
    `size: must be one of s, m, it is "${"x".repeat(40)}…"`,
  ]);
  expect(describeOutputSchema(schema)).toContain('- "tags" (array, required)');
  expect(describeOutputSchema(schema)).toContain('- "names" (array, each element string, may be left out)');
});
