/** Rare mistakes in text, each told once and at its place, and text that is not even read to its end. */
import { describe, expect, test } from "vitest";
import { diagnosticsMax } from "../diagnostics/reporter.js";
import { formatSource, parseWorkflow, printWorkflow } from "../index.js";

function found(content: string) {
  return parseWorkflow(`workflow w { ${content} }`).diagnostics.map(
    ({ code, message }) => `${code}: ${message}`,
  );
}

describe("a value that is there and means nothing", () => {
  test.each([
    ['call a { on_fail = "" }', "invalid_value: `on_fail` is empty"],
    ["sleep nap { for = [1h] }", "invalid_value: `for` takes a duration, not a list"],
    ["gate human_review { options = [__proto__] }", "invalid_value: `__proto__` cannot be an option"],
    ["gate quality_gate { source = a threshold = 4294967296 }", /^invalid_value: `threshold` takes a whole/],
    ['if "" { call a }', "invalid_condition: `` is not a condition"],
    ['if ".marker" { call a }', "invalid_condition: `.marker` is not a condition"],
    ["if step. { call a }", "invalid_condition: `step` is not a condition"],
    ["inputs { __proto__ }", /__proto__/],
    [
      'script s { run = "x" env = { A = "1" A = "2" } }',
      "duplicate_option: `A` is given twice; the last one counts",
    ],
  ])("%s", (content, expected) => {
    expect(found(content)).toContainEqual(
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    );
  });

  test("the last of two equal keys of a map counts", () => {
    const { definition } = parseWorkflow('workflow w { script s { run = "x" env = { A = "1" A = "2" } } }');
    expect(definition?.body).toMatchObject([{ env: { A: "2" } }]);
  });
});

describe("strings", () => {
  test("after one without an end, each further one is looked for in its own line", () => {
    // The quotes behind backslashes do not close the first string; behind it they open strings of their own.
    const source = 'workflow w {\n  call a { as = "me }\n  \\"you\n  \\"they\n}';
    const open = parseWorkflow(source).diagnostics.filter(({ code }) => code === "unterminated_string");
    expect(open.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  test("a long text in foreign quotes is not repeated in the hint", () => {
    const { diagnostics } = parseWorkflow(`workflow w { call a { as = '${"x".repeat(41)}' } }`);
    expect(diagnostics.find(({ code }) => code === "wrong_quotes")?.hint).toBe('write "…"');
  });
});

test("text with more mistakes than anybody reads stays as it is when it is laid out", () => {
  const source = `workflow   w{ ${"'a' ".repeat(diagnosticsMax + 1)}}`;
  expect(formatSource(source)).toBe(source);
});

describe("printing", () => {
  test("an on_fail agent by path is written in quotes", () => {
    const source = 'workflow w {\n  call a {\n    on_fail = "agents/repair.md"\n  }\n}\n';
    const { definition } = parseWorkflow(source);
    if (definition === undefined) throw new Error("the source has no errors");
    expect(printWorkflow(definition)).toContain('on_fail = "agents/repair.md"');
  });

  test("an always block that is a step of the body is put into a do, because text would make it the end", () => {
    const { definition } = parseWorkflow("workflow w { do { always { call a } } }");
    const [block] = definition?.body ?? [];
    if (definition === undefined || block?.kind !== "sequence") throw new Error("the source has a block");
    const printed = printWorkflow({ ...definition, body: block.body });
    expect(parseWorkflow(printed).definition?.body).toEqual(definition.body);
  });
});
