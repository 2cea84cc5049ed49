/** What each construct of the text becomes. */
import { type Definition, definitionSchema, type Node } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { formatDiagnostics, parseWorkflow } from "../index.js";

function parse(source: string): Definition {
  const { definition, diagnostics } = parseWorkflow(source, { file: "test.wf" });
  if (definition === undefined) throw new Error(formatDiagnostics(diagnostics, source));
  expect(definitionSchema.parse(definition)).toEqual(definition);
  return definition;
}

/** The first step of a workflow with this body. */
function step(body: string): Node | undefined {
  return parse(`workflow w {\n${body}\n}`).body[0];
}

function codes(source: string): string[] {
  return parseWorkflow(source).diagnostics.map(({ code }) => code);
}

describe("options", () => {
  test("a call has all options of a call", () => {
    const node = step(`call plan {
      retries = 2 retry_delay = "10s" backoff = exponential
      on_fail = "agents/rescue.md" as = bot timeout = 1h30m
      output = review-schema with = ["a", b] plugin_dirs = "p" max_turns = 9
    }`);
    expect(node).toEqual({
      kind: "call",
      agent: { kind: "name", value: "plan" },
      retries: 2,
      retryDelayMs: 10_000,
      backoff: "exponential",
      onFail: { kind: "agent", agent: { kind: "path", value: "agents/rescue.md" } },
      as: "bot",
      timeoutMs: 5_400_000,
      output: "review-schema",
      with: ["a", "b"],
      pluginDirs: ["p"],
      maxTurns: 9,
    });
  });

  test.each([
    ["continue", { kind: "continue" }],
    ["rescue", { kind: "agent", agent: { kind: "name", value: "rescue" } }],
    ['"rescue me"', { kind: "agent", agent: { kind: "name", value: "rescue me" } }],
    ['"agents/rescue"', { kind: "agent", agent: { kind: "path", value: "agents/rescue" } }],
  ])("on_fail = %s", (value, expected) => {
    expect(step(`script s { run = "x" on_fail = ${value} }`)).toMatchObject({ onFail: expected });
  });

  test.each([
    ["90", 90_000],
    ['"250ms"', 250],
    ["90s", 90_000],
    ['"1h30m"', 5_400_000],
    ['"2d"', 172_800_000],
  ])("timeout = %s is a duration everywhere", (value, timeoutMs) => {
    expect(step(`script s { run = "x" timeout = ${value} }`)).toMatchObject({ timeoutMs });
    expect(step(`gate human_review { timeout = ${value} }`)).toMatchObject({ timeoutMs });
    expect(parse(`workflow w { meta { timeout = ${value} } }`)).toMatchObject({ timeoutMs });
  });

  test("a workflow names the pool that takes its runs, one that can be a pool", () => {
    expect(parse("workflow w { meta { pool = gpu } }")).toMatchObject({ pool: "gpu" });
    expect(codes('workflow w { meta { pool = "G:PU" } }')).toEqual(["invalid_value"]);
    expect(codes("workflow w { meta { pool = runs } }")).toEqual(["invalid_value"]);
  });

  test("the last of repeated options counts", () => {
    expect(step("call a { retries = 1 retries = 2 }")).toMatchObject({ retries: 2 });
    expect(codes("workflow w { call a { retries = 1 retries = 2 } }")).toEqual(["duplicate_option"]);
  });

  test("commas and semicolons may stand between options, entries and items", () => {
    const separated = step('script s { run = "x"; env = { A = "1", B = b; }, retries = 1; }');
    expect(separated).toEqual(step('script s { run = "x" env = { A = "1" B = b } retries = 1 }'));
  });

  test("inputs of a child mean the same as an option and as a block", () => {
    expect(step('call workflow c { inputs = { a = "1" b = 2 } }')).toEqual(
      step('call workflow c { inputs { a = "1" } inputs { b = 2 } }'),
    );
  });

  test("an option behind a step counts, with a warning", () => {
    const source = "workflow w { while a.b { call a max_iterations = 3 } }";
    expect(codes(source)).toEqual(["misplaced_option"]);
    expect(parse(source).body[0]).toMatchObject({ maxIterations: 3 });
  });

  test("an unknown option is a warning and ignored", () => {
    const source = "workflow w { call a { retires = 3 } }";
    expect(parse(source).body[0]).toMatchObject({ retries: 0 });
    expect(parseWorkflow(source).diagnostics[0]).toMatchObject({
      severity: "warning",
      code: "unknown_option",
      hint: "did you mean `retries`?",
    });
  });
});

describe("constructs beyond the reference's tests", () => {
  test("a do with while behind it is tested after each round, one with a block of its own is not", () => {
    expect(step("do { max_iterations = 2 call r } while r.again")).toMatchObject({
      kind: "loop",
      test: "after",
    });
    const { body } = parse("workflow w { do { call r } while r.again { max_iterations = 2 call r } }");
    expect(body).toMatchObject([{ kind: "sequence" }, { kind: "loop", test: "before" }]);
  });

  test("a branch of a parallel block has a condition and all options of a call", () => {
    const node = step(`parallel checks {
      fail_fast = false min_success = 1 output = s with = base
      call lint { if = "plan.ready" retries = 1 timeout = "5m" as = bot on_fail = continue max_turns = 3 }
    }`);
    expect(node).toMatchObject({
      name: "checks",
      failFast: false,
      minSuccess: 1,
      output: "s",
      with: ["base"],
      branches: [
        {
          if: { kind: "marker", step: "plan", marker: "ready" },
          retries: 1,
          timeoutMs: 300_000,
          as: "bot",
          onFail: { kind: "continue" },
          maxTurns: 3,
        },
      ],
    });
  });

  test("a gate's name and type can differ, and other options are for its resolver", () => {
    expect(step('gate deployed { type = deploy_status service = "api" region = eu }')).toMatchObject({
      name: "deployed",
      gateType: "deploy_status",
      params: { service: "api", region: "eu" },
    });
  });

  test.each([
    ['["yes", "no"]', { kind: "fixed", values: { yes: "yes", no: "no" } }],
    [
      '{ yes = "Ship it" "not yet" = "Wait" }',
      { kind: "fixed", values: { yes: "Ship it", "not yet": "Wait" } },
    ],
    ['"audit.findings"', { kind: "field", step: "audit", field: "findings" }],
    ["audit.findings", { kind: "field", step: "audit", field: "findings" }],
  ])("gate options = %s", (value, options) => {
    expect(step(`gate human_review { options = ${value} }`)).toMatchObject({ options });
  });

  test("a quality gate has source, threshold and on_fail, and no time to wait", () => {
    expect(step("gate quality_gate { source = review threshold = 80 on_fail = continue }")).toMatchObject({
      timeoutMs: 0,
      quality: { source: "review", threshold: 80, onFail: "continue" },
    });
  });

  test("a sleep keeps its duration as text, placeholders allowed", () => {
    expect(step('sleep nap { for = "{{pause}}" }')).toEqual({ kind: "sleep", name: "nap", for: "{{pause}}" });
    expect(step("sleep nap { for = 2h }")).toMatchObject({ for: "2h" });
  });

  test("a foreach has provider, window and workflow, and defaults for the rest", () => {
    expect(
      step('foreach f { over = json max_parallel = 4 workflow = "check" filter { from = list } }'),
    ).toEqual({
      kind: "foreach",
      name: "f",
      over: "json",
      maxParallel: 4,
      workflow: "check",
      filter: { from: "list" },
      inputs: {},
      ordered: false,
      onCycle: "fail",
      onChildFail: "continue",
    });
  });

  test("a nested always is a step of its own", () => {
    expect(step("do { always { call a } }")).toMatchObject({ body: [{ kind: "sequence", mode: "always" }] });
  });

  test("sections may come in any order and number", () => {
    const definition = parse(`workflow w {
      always { call x } call a meta { title = "one" } inputs { i } meta { title = "two" } inputs { j } always { call y }
    }`);
    expect(definition).toMatchObject({ title: "two", inputs: [{ name: "i" }, { name: "j" }] });
    expect([definition.body.length, definition.always.length]).toEqual([1, 2]);
  });

  test.each([
    ["x", { required: true }],
    ['x required default = "v"', { required: true, default: "v" }],
    ["x boolean required", { type: "boolean", required: false }],
    ['x boolean default = "true"', { type: "boolean", required: false, default: "true" }],
    ['x default = 5 description = "d"', { required: false, default: "5", description: "d" }],
    ['"item.id" required', { name: "item.id", required: true }],
    ["x secret", { required: true, secret: true }],
    ['x optional secret = true description = "d"', { required: false, secret: true, description: "d" }],
  ])("inputs { %s }", (declaration, expected) => {
    expect(parse(`workflow w { inputs { ${declaration} } }`).inputs).toMatchObject([expected]);
  });

  test("`secret` on a line of its own is the name of an input, as in the reference; `secret = false` says nothing", () => {
    const { inputs } = parse(
      "workflow w { inputs { a secret\n secret optional\n b required secret = false } }",
    );
    expect(inputs).toEqual([
      { name: "a", type: "string", required: true, secret: true },
      { name: "secret", type: "string", required: false },
      { name: "b", type: "string", required: true },
    ]);
  });

  test("an input may be named like a modifier", () => {
    const { inputs } = parse(
      'workflow w { inputs { required description default = "x" "default" boolean } }',
    );
    expect(inputs.map(({ name }) => name)).toEqual(["required", "description", "default"]);
  });

  test("comments of all kinds are skipped, also behind code", () => {
    const source = "# one\nworkflow w { // two\n -- three\n call a-b # four\n}";
    expect(parse(source).body).toMatchObject([{ agent: { value: "a-b" } }]);
  });

  test("strings span lines, resolve escapes and keep placeholders as they are", () => {
    expect(step('script s { run = "a\\tb\\n\\"c\\" \\x\nnext {{ name }}" }')).toMatchObject({
      run: 'a\tb\n"c" x\nnext {{ name }}',
    });
  });

  test("keywords are names wherever a name is expected", () => {
    const { name, body } = parse('workflow do { script meta { run = "x" } if meta.required { call sleep } }');
    expect(name).toBe("do");
    expect(body).toMatchObject([
      { name: "meta" },
      { condition: { marker: "required" }, body: [{ kind: "call" }] },
    ]);
  });

  test("a byte order mark and every kind of white space are white space", () => {
    expect(parse("\uFEFFworkflow\u00a0w\u2003{\r\n\u0085}").name).toBe("w");
  });

  test("text behind the workflow is ignored with a warning, steps there are an error", () => {
    expect(codes("workflow w {} so it ends")).toEqual(["text_after_end"]);
    expect(codes("workflow w { call a } call b }")).toEqual(["steps_after_end"]);
  });

  test("a name no object can have as a key is refused", () => {
    expect(codes('workflow w { call workflow c { inputs { __proto__ = "x" } } }')).toEqual(["reserved_name"]);
    expect(codes('workflow w { script __proto__ { run = "x" } }')).toEqual(["reserved_name"]);
  });
});

test("positions lead from node paths to the text, parts without a place to their node", () => {
  const { positions } = parseWorkflow("workflow w {\n  if a.b {\n    call c { retries = 3 }\n  }\n}");
  expect(positions("b.0")).toEqual({ line: 2, column: 3, endLine: 2, endColumn: 5 });
  expect(positions("b.0:condition")).toMatchObject({ column: 6, endColumn: 9 });
  expect(positions("b.0.0.0:name")).toMatchObject({ line: 3, column: 10 });
  expect(positions("b.0.0.0:retries")).toMatchObject({ line: 3, column: 24 });
  expect(positions("b.0.0.0:timeout")).toMatchObject({ line: 3, column: 5 });
  expect(positions("b.7")).toBeUndefined();
});
