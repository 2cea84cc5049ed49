// What the reference's grammar has and none of its tests covers (the gaps of groups A, B and D), each as its code
// behaves, or as docs/adr/0011-differences-from-runkon-flow.md says.
import { formatDiagnostics, parseWorkflow, printWorkflow } from "@runfleet/language";
import { type Definition, definitionSchema, type Node } from "@runfleet/model";
import { describe, expect, test } from "vitest";

function parse(source: string): Definition {
  const { definition, diagnostics } = parseWorkflow(source);
  if (definition === undefined) throw new Error(formatDiagnostics(diagnostics, source));
  return definition;
}

function step(body: string): Node | undefined {
  return parse(`workflow w {\n${body}\n}`).body[0];
}

function codes(body: string): string[] {
  return parseWorkflow(`workflow w {\n${body}\n}`).diagnostics.map(({ code }) => code);
}

test("gap A: a foreach has defaults for everything but provider, window and workflow", () => {
  expect(step("foreach f { over = tickets max_parallel = 0 workflow = c }")).toEqual({
    kind: "foreach",
    name: "f",
    over: "tickets",
    maxParallel: 0,
    workflow: "c",
    filter: {},
    inputs: {},
    ordered: false,
    onCycle: "fail",
    onChildFail: "continue",
  });
  for (const missing of ["over", "max_parallel", "workflow"]) {
    const options = ["over = a", "max_parallel = 1", "workflow = c"].filter(
      (text) => !text.startsWith(missing),
    );
    expect(codes(`foreach f { ${options.join(" ")} }`)).toEqual(["missing_option"]);
  }
});

test("gap A: a do-while needs a bound and a marker, a plain do neither", () => {
  expect(step("do { max_iterations = 3 call a } while a.again")).toMatchObject({
    kind: "loop",
    test: "after",
    maxIterations: 3,
    onMaxIter: "fail",
  });
  expect(codes("do { call a } while a.again")).toEqual(["missing_option"]);
  expect(codes("do { max_iterations = 3 call a } while flag")).toEqual(["invalid_condition"]);
  expect(codes("do { retries = 1 call a }")).toEqual(["unknown_option"]);
  expect(codes("do a.again { max_iterations = 1 call a }")).toContain("expected");
});

test("gap A: a quality gate has source and threshold and no time to wait", () => {
  expect(step("gate quality_gate { source = review threshold = 70 }")).toMatchObject({
    quality: { source: "review", threshold: 70, onFail: "fail" },
    timeoutMs: 0,
  });
  expect(codes("gate quality_gate { source = review }")).toEqual(["missing_option"]);
  expect(codes("gate quality_gate { source = a threshold = 101 }")).toEqual(["invalid_value"]);
});

test("gap A: gate options are a list, a map or a field; a mode and a number of approvals exclude each other", () => {
  const optionsOf = (text: string): unknown =>
    (step(`gate human_review { options = ${text} }`) as { options?: unknown }).options;
  expect(optionsOf('["a", b]')).toEqual({ kind: "fixed", values: { a: "a", b: "b" } });
  expect(optionsOf('{ a = "A" }')).toEqual({ kind: "fixed", values: { a: "A" } });
  expect(optionsOf('"plan.choices"')).toEqual({ kind: "field", step: "plan", field: "choices" });
  expect(codes("gate human_review { options = words }")).toEqual(["invalid_value"]);
  expect(codes("gate pr_approval { mode = review_decision }")).toEqual([]);
  expect(codes("gate pr_approval { mode = review_decision min_approvals = 2 }")).toEqual([
    "conflicting_options",
  ]);
});

test("gap A: the environment of a script is a map and nothing else", () => {
  expect(step('script s { run = "x" env = { A = "1" B = two } }')).toMatchObject({
    env: { A: "1", B: "two" },
  });
  for (const value of ['"A=1"', "[a]", "12"]) {
    expect(codes(`script s { run = "x" env = ${value} }`)).toEqual(["invalid_value"]);
  }
});

test("gap A: unknown keys are ignored in every construct, with a warning", () => {
  const bodies = [
    "call a { zz = 1 }",
    'script s { run = "x" zz = 1 }',
    "call workflow c { zz = 1 }",
    "if a.b { zz = 1 call a }",
    "while a.b { max_iterations = 1 zz = 1 call a }",
    "do { zz = 1 call a }",
    "parallel { zz = 1 call a }",
    "parallel { call a { zz = 1 } }",
    "gate human_review { zz = 1 }",
    "foreach f { over = a max_parallel = 1 workflow = c zz = 1 }",
    "sleep s { for = 1 zz = 1 }",
    "do { always { zz = 1 call a } }",
    "always { zz = 1 call a }",
    "meta { zz = 1 }",
  ];
  for (const body of bodies) expect(codes(body), body).toEqual(["unknown_option"]);
});

test.each([
  ["gap A: an input without modifier is required", "x", { required: true }],
  ["gap A: boolean wins over required", "x boolean required", { type: "boolean", required: false }],
  [
    "gap A: required beside a default keeps both",
    'x required default = "v"',
    { required: true, default: "v" },
  ],
  ["gap A: a boolean may have a default", 'x boolean default = "true"', { required: false, default: "true" }],
])("%s", (_name, declaration, expected) => {
  expect(parse(`workflow w { inputs { ${declaration} } }`).inputs).toMatchObject([expected]);
});

test("gap A: of repeated keys the last one counts", () => {
  expect(step("call a { retries = 1 retries = 4 }")).toMatchObject({ retries: 4 });
  expect(codes("call a { retries = 1 retries = 4 }")).toEqual(["duplicate_option"]);
});

test("gap A: lists and maps where one value belongs are errors, never a crash", () => {
  const options = ["retries", "output", "as", "timeout", "max_turns", "on_fail", "backoff", "retry_delay"];
  for (const option of options) {
    for (const value of ["[1]", "[]", "{}", "{ a = b }"]) {
      expect(codes(`call a { ${option} = ${value} }`), `${option} = ${value}`).toEqual(["invalid_value"]);
    }
  }
  expect(codes("call a { with = {} }")).toEqual(["invalid_value"]);
  expect(codes("call a { with = [[a]] }")).toEqual(["invalid_value"]);
  expect(codes("parallel { fail_fast = [] call a }")).toEqual(["invalid_value"]);
});

test("gap A: comments end with their line, and are none inside a string", () => {
  const { body } = parse(
    'workflow w { // call x }\n# call y\n-- call z\n call a script s { run = "a // b # c" } }',
  );
  expect(body).toMatchObject([{ kind: "call" }, { run: "a // b # c" }]);
  expect(codes("call a /* no */")).toEqual(["block_comment"]);
});

describe("gap A: durations", () => {
  test.each([
    ["3600", 3_600_000],
    ['"90s"', 90_000],
    ['"5m"', 300_000],
    ["5m", 300_000],
    ['"2h"', 7_200_000],
    ['"250ms"', 250],
    ['"1h30m"', 5_400_000],
    ['"7d"', 604_800_000],
  ])("%s", (text, timeoutMs) => {
    expect(step(`gate human_review { timeout = ${text} }`)).toMatchObject({ timeoutMs });
    expect(step(`script s { run = "x" timeout = ${text} }`)).toMatchObject({ timeoutMs });
  });

  test("one that overflows, is negative or has no unit it knows is an error", () => {
    for (const text of ['"99999999999999999999h"', '"-5m"', '"5 minutes"', '""']) {
      expect(codes(`gate human_review { timeout = ${text} }`), text).toEqual(["invalid_value"]);
    }
  });
});

test("gap A: a definition survives JSON and being printed", () => {
  const source = `workflow w { inputs { a b boolean } call x { retries = 1 on_fail = continue } parallel p { call y { if = "x.ok" } }
    gate human_review { options = [a] } foreach f { over = j max_parallel = 1 workflow = c } always { script s { run = "x" } } }`;
  const definition = parse(source);
  expect(definitionSchema.parse(JSON.parse(JSON.stringify(definition)))).toEqual(definition);
  expect(parse(printWorkflow(definition))).toEqual(definition);
});

test("gap A: a text input without default may be optional, which the reference cannot say", () => {
  expect(parse("workflow w { inputs { a optional description = d b } }").inputs).toEqual([
    { name: "a", type: "string", required: false, description: "d" },
    { name: "b", type: "string", required: true },
  ]);
  const named = parse("workflow w { inputs { a\n optional\n } }");
  expect(named.inputs.map(({ name }) => name)).toEqual(["a", "optional"]);
  expect(codes("inputs { a required optional }")).toEqual(["conflicting_options"]);
});
