/** What validation finds. T-SEM, T-ENG: ids of the reference's tests with the same behaviour. */
import { type Definition, limits } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { formatDiagnostics, parseWorkflow, type ValidationContext, validateDefinition } from "../index.js";

function parse(source: string): Definition {
  const { definition, diagnostics } = parseWorkflow(source);
  if (definition === undefined) throw new Error(formatDiagnostics(diagnostics, source));
  return definition;
}

/** `code: message` of every finding in a workflow with this content. */
function check(content: string, context: ValidationContext = {}): string[] {
  return validateDefinition(parse(`workflow root { ${content} }`), context).map(
    ({ code, message }) => `${code}: ${message}`,
  );
}

/** The codes only. */
function codes(content: string, context: ValidationContext = {}): string[] {
  return check(content, context).map((text) => text.slice(0, text.indexOf(":")));
}

function world(...sources: string[]): ValidationContext {
  const known = new Map(sources.map(parse).map((definition) => [definition.name, definition]));
  return { workflows: (name) => known.get(name) };
}

const conductorTargets = new Set(["worktree", "ticket", "repo", "pr", "workflow_run"]);

describe("steps known before use", () => {
  test("T-SEM-01 a single call has no errors", () => {
    expect(check("call plan", { itemProviders: new Set(), targets: conductorTargets })).toEqual([]);
  });

  test("T-SEM-02 a condition on a step that does not exist is an error", () => {
    expect(check("if unknown_step.done { call a }")).toEqual([
      "unknown_step: no step `unknown_step` can have run before this",
    ]);
  });

  test("T-SEM-03 a condition on an earlier step is fine", () => {
    expect(check("call step1 if step1.done { call a }")).toEqual([]);
  });

  test("T-SEM-04 a condition on an input that is not declared is an error", () => {
    expect(check("if undeclared_flag { call a }")).toEqual([
      "unknown_input: there is no boolean input `undeclared_flag`",
    ]);
  });

  test.each([
    ['inputs { token secret default = "x" }', "the secret input `token` cannot have a default"],
    ["inputs { token boolean secret }", "the input `token` is boolean and cannot be secret"],
    [
      'meta { concurrency { key = "{{token}}" limit = 1 } } inputs { token secret }',
      "the key of `concurrency` names the secret input `token`",
    ],
  ])("a secret input is a text without a default, and part of no key: %s", (source, message) => {
    expect(check(`${source} call a`)).toContain(`invalid_secret: ${message}`);
  });

  test("T-SEM-05 a condition on a declared boolean is fine, on a text not", () => {
    expect(check("inputs { flag boolean } if flag { call a }")).toEqual([]);
    expect(codes("inputs { flag required } if flag { call a }")).toEqual(["unknown_input"]);
  });

  test("T-SEM-07 an empty body is valid", () => {
    expect(check("")).toEqual([]);
  });

  test.each([
    ["steps of blocks are known behind them", "call a if a.x { call b } if b.y { call c }", []],
    ["a while needs its step before it", "while a.x { max_iterations = 2 call a }", ["unknown_step"]],
    ["a do-while needs its step inside", "do { max_iterations = 2 call a } while a.x", []],
    [
      "a step further down a loop can have run",
      "call a while a.x { max_iterations = 2 if b.y { call c } call b }",
      [],
    ],
    ["a branch does not see its siblings", 'parallel { call a call b { if = "a.x" } }', ["unknown_step"]],
    ["a named parallel block has markers", "parallel p { call a } if p.x { call b } if a.x { call c }", []],
    ["a gate has none", "gate human_review { } if human_review.approved { call b }", ["unknown_step"]],
    [
      "a foreach has markers",
      "foreach f { over = x max_parallel = 1 workflow = w } if f.foreach_stalled { call b }",
      [],
    ],
    ["always sees the body", "call a always { if a.x { call b } }", []],
    ["the body does not see always", "always { call b } if b.x { call a }", ["unknown_step"]],
    ["a quality gate needs its source", "gate quality_gate { source = a threshold = 1 }", ["unknown_step"]],
    ["gate options need their step", "gate human_review { options = a.list }", ["unknown_step"]],
    ["a path is known by its stem", 'call "agents/plan.md" if plan.x { call b }', []],
    ["steps of unknown children cannot be judged", "call workflow c if anything.x { call b }", []],
  ])("%s", (_name, content, expected) => {
    expect(codes(content)).toEqual(expected);
  });

  test.each([
    ["if b.x { call a } call b", "`b` comes later; move it up, or move this down"],
    ["call plan if paln.x { call a }", "did you mean `plan`?"],
    ["inputs { f boolean } if inputs.f { call a }", "inputs are named without `inputs.` in front"],
    [
      "gate human_review { } if human_review.ok { call a }",
      "gates give no markers; put what depends on the answer behind the gate",
    ],
    ["call plan if plan { call a }", "write `plan.marker` to test what the step `plan` gave"],
  ])("%s has a hint", (content, hint) => {
    expect(validateDefinition(parse(`workflow w { ${content} }`), {})[0]?.hint).toBe(hint);
  });
});

describe("what must be registered", () => {
  test("T-ENG-06 an action", () => {
    expect(check("call plna", { actions: new Set(["plan"]) })).toEqual([
      "unknown_action: no action is registered under `plna`",
    ]);
    expect(codes("parallel { call x }", { actions: new Set() })).toEqual(["unknown_action"]);
    expect(codes("call plna", { actions: new Set(), hasFallbackAction: true })).toEqual([]);
  });

  test("the agent of on_fail, as a warning", () => {
    const found = validateDefinition(parse("workflow w { call a { on_fail = b } }"), {
      actions: new Set(["a"]),
    });
    expect(found).toMatchObject([{ code: "unknown_fallback_action", severity: "warning" }]);
  });

  test("T-ENG-07 an item provider", () => {
    const content = "foreach f { over = tickets max_parallel = 1 workflow = w }";
    expect(codes(content, { itemProviders: new Set(["json"]) })).toEqual(["unknown_item_provider"]);
  });

  test("T-ENG-08 the resolver of a gate's type; people and signals need none", () => {
    const gateTypes = new Set<string>();
    expect(codes("gate pr_checks { }", { gateTypes })).toEqual(["unknown_gate_type"]);
    expect(codes("gate human_review { } gate go { type = signal }", { gateTypes })).toEqual([]);
  });

  test("T-ENG-09 a quality gate needs no resolver", () => {
    expect(codes("call a gate quality_gate { source = a threshold = 5 }", { gateTypes: new Set() })).toEqual(
      [],
    );
  });

  test("T-ENG-10 with everything registered there is nothing to say", () => {
    const context: ValidationContext = {
      ...world("workflow w { }"),
      actions: new Set(["a"]),
      itemProviders: new Set(["x"]),
      gateTypes: new Set(["pr_checks"]),
    };
    expect(
      check("call a foreach f { over = x max_parallel = 1 workflow = w } gate pr_checks { }", context),
    ).toEqual([]);
  });

  test("T-SEM-06 a target", () => {
    const content = "meta { targets = [pr, moon] }";
    expect(check(content, { targets: conductorTargets })).toEqual(["unknown_target: `moon` is no target"]);
    expect(check(content, { targets: new Set() })).toEqual([]);
  });
});

describe("scripts", () => {
  const never = { scripts: () => ({ message: "not found", hint: "look again" }) };

  test("T-SEM-08 a command with a placeholder is not looked for", () => {
    expect(check('script s { run = "{{tool}}/x.sh" }', never)).toEqual([]);
  });

  test("T-SEM-09 a command that cannot be run is an error with the step's name", () => {
    expect(check('script s { run = "x.sh" }', never)).toEqual([
      "invalid_script: the script `s` cannot be run: not found",
    ]);
  });

  test("T-SEM-10 a command that can be run is fine", () => {
    expect(check('script s { run = "x.sh" }', { scripts: () => undefined })).toEqual([]);
  });

  test("T-SEM-11 every script is checked, in blocks and at the end too", () => {
    expect(codes('do { script s { run = "x" } } always { script t { run = "y" } }', never)).toEqual([
      "invalid_script",
      "invalid_script",
    ]);
  });
});

describe("limits", () => {
  test("a parallel block has a largest number of branches", () => {
    const branches = (count: number): string => `parallel { ${"call a ".repeat(count)} }`;
    expect(codes(branches(limits.branchesMax))).toEqual([]);
    expect(codes(branches(limits.branchesMax + 1))).toEqual(["limit_exceeded"]);
  });

  test("names have a longest length", () => {
    expect(codes(`call ${"a".repeat(limits.nameBytesMax)}`)).toEqual([]);
    expect(codes(`call ${"a".repeat(limits.nameBytesMax + 1)}`)).toEqual(["limit_exceeded"]);
  });

  test("a definition has a largest size as JSON", () => {
    expect(codes("call a ".repeat(16_000))).toContain("limit_exceeded");
  });

  test("a definition nested too deeply for the stack is refused, not run into", () => {
    let body: Definition["body"] = [];
    for (let depth = 0; depth < 20_000; depth += 1) body = [{ kind: "sequence", mode: "do", with: [], body }];
    const definition = { ...parse("workflow w { }"), body };
    expect(validateDefinition(definition, {}).map(({ code }) => code)).toEqual(["nesting_limit"]);
  });
});

test.each([
  ['call a { retry_delay = "1s" }', ["option_without_effect"]],
  ["call a { retries = 1 backoff = fixed }", ["option_without_effect"]],
  ["call a while a.b { max_iterations = 0 stuck_after = 1 call a }", ["unusual_value", "unusual_value"]],
  ["parallel { min_success = 2 call a }", ["unusual_value"]],
  ["gate human_reveiw { }", ["unusual_value"]],
  ["gate my_own_type { }", []],
])("%s is allowed with a warning", (content, expected) => {
  expect(codes(content)).toEqual(expected);
});

test("findings stand at their place in the text", () => {
  const source = "workflow w {\n  call a\n  if b.x {\n    call plna\n  }\n}";
  const { definition, positions } = parseWorkflow(source);
  if (definition === undefined) throw new Error("the source has no errors");
  const found = validateDefinition(definition, { actions: new Set(["a", "plan"]), positions });
  expect(found).toMatchObject([
    { code: "unknown_step", line: 3, column: 6, endColumn: 9 },
    { code: "unknown_action", line: 4, column: 10, endColumn: 14, hint: "did you mean `plan`?" },
  ]);
});

test("definitions no text can express are refused", () => {
  const definition = parse("workflow w { call a gate human_review { } }");
  const [call, gate] = definition.body;
  if (call?.kind !== "call" || gate?.kind !== "gate") throw new Error("the source has a call and a gate");
  const body: Definition["body"] = [
    { ...call, agent: { kind: "name", value: "not a name" } },
    { ...call, onFail: { kind: "agent", agent: { kind: "path", value: "../x" } } },
    { ...call, retries: 2 ** 40 },
    { ...gate, params: { prompt: "x" } },
    { ...gate, gateType: "quality_gate" },
    { kind: "branch", negate: false, condition: { kind: "input", input: "a.b" }, body: [] },
    { kind: "sleep", name: "s", for: "soon" },
  ];
  const found = validateDefinition({ ...definition, name: "not a name", body }, {}).map(({ code }) => code);
  for (const code of [
    "invalid_name",
    "invalid_path",
    "invalid_value",
    "invalid_shape",
    "invalid_condition",
  ]) {
    expect(found).toContain(code);
  }
});
