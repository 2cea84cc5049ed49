/** Mistakes: each is found where it is, says what to do, and does not hide the next one. */
import { limits } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { diagnosticCodes, formatDiagnostics, parseWorkflow } from "../index.js";

/** `code line:column` of every finding. */
function findings(source: string): string[] {
  return parseWorkflow(source).diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

/** `code text` of every finding, with the text it stands at. */
function marked(source: string): string[] {
  return parseWorkflow(source).diagnostics.map(
    ({ code, column, endColumn }) => `${code} ${source.slice(column - 1, endColumn - 1)}`,
  );
}

describe("wrong values", () => {
  test.each([
    ["call a { retries = [1] }", "invalid_value [1]"],
    ["call a { retries = { a = b } }", "invalid_value { a = b }"],
    ["call a { retries = -1 }", "unexpected_text -"],
    ["call a { retries = 4294967296 }", "invalid_value 4294967296"],
    ["call a { retries = many }", "invalid_value many"],
    ["call a { output = [] }", "invalid_value []"],
    ["call a { with = {} }", "invalid_value {}"],
    ["call a { with = [[a]] }", "invalid_value ["],
    ['call a { timeout = "5 minutes" }', 'invalid_value "5 minutes"'],
    ["call a { timeout = 1.5 }", "invalid_value 1.5"],
    ["call a { backoff = sometimes }", "invalid_value sometimes"],
    ['script s { run = "" }', 'invalid_value ""'],
    ['script s { run = "x" env = "A=1" }', 'invalid_value "A=1"'],
    ["gate human_review { options = text }", "invalid_value text"],
    ["gate human_review { on_timeout = maybe }", "invalid_value maybe"],
    ["gate pr_approval { mode = review_decision min_approvals = 2 }", "conflicting_options min_approvals"],
    ["gate quality_gate { source = a threshold = 101 }", "invalid_value 101"],
    ["gate custom { params = { a = b } }", "invalid_value { a = b }"],
    ["sleep s { for = soon }", "invalid_value soon"],
    ["foreach f { over = a max_parallel = 1 workflow = w ordered = yes }", "invalid_value yes"],
    ["parallel { fail_fast = [] call a }", "invalid_value []"],
    ['parallel { call a { if = "ready" } }', 'invalid_condition "ready"'],
    ["call", "expected }"],
    ["call if", "reserved_name if"],
    ["call workflow", "expected }"],
    ['call workflow "child"', 'invalid_name "child"'],
    ['call ""', 'invalid_path ""'],
    ["while flag { max_iterations = 1 }", "invalid_condition flag"],
    ["if a. { call b }", "invalid_condition a"],
  ])("%s", (body, finding) => {
    expect(marked(`workflow w { ${body} }`)).toContain(finding);
  });

  test("a parallel fail_fast that is no boolean is false, with a warning", () => {
    const { definition, diagnostics } = parseWorkflow("workflow w { parallel { fail_fast = yes call a } }");
    expect(definition?.body[0]).toMatchObject({ failFast: false });
    expect(diagnostics.map(({ code }) => code)).toEqual(["unusual_value"]);
  });
});

describe("missing and misplaced things", () => {
  test.each([
    ["while a.b { call c }", "missing_option"],
    ["script s { }", "missing_option"],
    ["sleep s { }", "missing_option"],
    ["foreach f { over = a workflow = w }", "missing_option"],
    ["gate quality_gate { source = a }", "missing_option"],
    ["gate human_review", "expected"],
    ["parallel { }", "empty_parallel"],
    ['parallel { script s { run = "x" } }', "not_in_parallel"],
    ["parallel { call workflow c }", "not_in_parallel"],
    ["do { max_iterations = 3 call a }", "loop_without_condition"],
    ["do review.again { call a }", "expected"],
    ["scrpt s { }", "unknown_keyword"],
    ["else { call a }", "unknown_keyword"],
    ["42", "unexpected_text"],
    ["call a /* why */", "block_comment"],
    ["call a { as = 'me' }", "wrong_quotes"],
    ["call a { as = “me” }", "wrong_quotes"],
  ])("%s", (body, code) => {
    expect(parseWorkflow(`workflow w { ${body} }`).diagnostics.map((found) => found.code)).toContain(code);
  });

  test.each([
    ["call a {", ["unclosed_block"]],
    ["call a { with = [x", ["unclosed_block"]],
    ["inputs { a", ["unclosed_block"]],
    ['script s { run = "x', ["unterminated_string", "unclosed_block"]],
  ])("an end of the text after `%s` is reported at what is open", (body, expected) => {
    expect(parseWorkflow(`workflow w {\n${body}`).diagnostics.map(({ code }) => code)).toEqual(
      expect.arrayContaining(expected),
    );
  });

  test.each([
    ["inputs { x requird }", "did you mean `required`?"],
    [
      "inputs { x string }",
      'inputs are texts; ones that may be left out are `optional` or have a `default = "…"`',
    ],
    ["gate custom { promt = hi }", "did you mean the option `prompt`?"],
    ["mta { title = x }", "did you mean `meta`?"],
    ["cal plan", "did you mean `call`?"],
    ["for x { }", "a loop over items is `foreach`, a loop on a condition `while`"],
    ['title = "x"', "write `meta { title = … }`"],
    ["call a { with: x }", "write `with = …`"],
  ])("%s is answered with a hint", (body, hint) => {
    expect(parseWorkflow(`workflow w { ${body} }`).diagnostics.map((found) => found.hint)).toContain(hint);
  });
});

test("many mistakes are found in one go, in the order of the text, each once", () => {
  const source = `worflow demo {
  call plan { retires = 3 timeout = "soon" }
  scrpt lint { run = [] }
  if { call a }
  parallel { sleep s { for = x } }
  script z {
    run = "make
  call q
}`;
  expect(findings(source)).toEqual([
    "missing_workflow 1:1",
    "unclosed_block 1:14",
    "unknown_option 2:15",
    "invalid_value 2:37",
    "unknown_keyword 3:3",
    "invalid_value 3:22",
    "expected 4:6",
    "not_in_parallel 5:14",
    "invalid_value 5:30",
    "suspicious_block 6:12",
    "unterminated_string 7:11",
    "expected 8:3",
  ]);
});

test("a forgotten brace or quote is pointed at where it was forgotten", () => {
  const brace = `workflow w {
  if a.b {
    script s {
      run = "x"
  }
  call c
}`;
  expect(findings(brace)).toEqual(["unclosed_block 1:12", "suspicious_block 3:14"]);
  const quote = `workflow w {
  script s { run = "make }
  script t { run = "test" }
}`;
  expect(findings(quote)).toContain("suspicious_string 2:20");
});

test("a misspelt keyword is read as the one that was meant", () => {
  expect(findings("workflow w { scrpt lint { } }")).toEqual(["missing_option 1:14", "unknown_keyword 1:14"]);
});

test("blocks may be nested to the limit and not one deeper", () => {
  const nested = (depth: number): string =>
    `workflow w ${"{ do ".repeat(depth - 1)}{ call a { retries = 1 } ${"}".repeat(depth)}`;
  expect(findings(nested(limits.nestingMax))).toEqual([]);
  expect(findings(nested(limits.nestingMax + 1))).toEqual([`nesting_limit 1:${12 + 5 * limits.nestingMax}`]);
});

test("text larger than a definition is refused before it is read", () => {
  const codesOf = (source: string): string[] => parseWorkflow(source).diagnostics.map(({ code }) => code);
  expect(codesOf(`workflow w {}${" ".repeat(limits.definitionBytesMax)}`)).toEqual(["source_too_large"]);
  expect(codesOf(`workflow w {}//${"ä".repeat(limits.definitionBytesMax / 2)}`)).toEqual([
    "source_too_large",
  ]);
  expect(codesOf(`workflow w {${"call a\n".repeat(limits.definitionBytesMax / 8)}`)).toEqual([
    "source_too_large",
  ]);
});

test("after two hundred findings reading stops and says so", () => {
  const { diagnostics } = parseWorkflow(`workflow w { ${"42\n".repeat(1_000)} }`);
  expect(diagnostics).toHaveLength(201);
  expect(diagnostics.at(-1)?.code).toBe("too_many_errors");
});

test("severities come from the table of codes, and only errors keep the definition back", () => {
  const { definition, diagnostics } = parseWorkflow("workflow w { meta { titel = x trigger = pr } }");
  expect(definition).toBeDefined();
  for (const { code, severity } of diagnostics) expect(severity).toBe(diagnosticCodes[code].severity);
  expect(diagnostics.map(({ code }) => code)).toEqual(["unknown_option", "inactive_trigger"]);
});

test("diagnostics are shown with the line, a caret and the hint", () => {
  const source = "workflow w {\n\tcall a { retires = 3 }\n\twhile x { }\n}";
  expect(formatDiagnostics(parseWorkflow(source, { file: "w.wf" }).diagnostics.slice(0, 1), source)).toBe(
    [
      "warning[unknown_option]: `retires` is not an option of a call and is ignored",
      " --> w.wf:2:11",
      "  |",
      "2 | \tcall a { retires = 3 }",
      "  | \t         ^^^^^^^",
      "  = hint: did you mean `retries`?",
      "",
      "1 warning",
      "",
    ].join("\n"),
  );
});

test("nothing found is nothing shown, and long lines are cut around the place", () => {
  expect(formatDiagnostics([], "workflow w {}")).toBe("");
  const source = `workflow w { ${"call a ".repeat(100)} oops ${"call a ".repeat(100)} }`;
  const shown = formatDiagnostics(parseWorkflow(source).diagnostics, source);
  expect(shown).toContain("oops");
  expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThan(400);
  const [, , , line = "", caret = ""] = shown.split("\n");
  expect(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("oops");
});
