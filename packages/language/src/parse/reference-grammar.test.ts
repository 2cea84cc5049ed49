/** The reference's own tests of its grammar, under their ids. */
import { agentKey, type Definition, definitionSchema, type Node } from "@runfleet/model";
import { expect, test } from "vitest";
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

test("T-DSL-01 an empty workflow has a name and nothing else", () => {
  expect(parse("workflow minimal {}")).toEqual({
    name: "minimal",
    description: "",
    trigger: "manual",
    targets: [],
    inputs: [],
    body: [],
    always: [],
  });
});

test("T-DSL-02 meta holds description and trigger", () => {
  const { description, trigger } = parse('workflow w { meta { description = "Does it" trigger = manual } }');
  expect({ description, trigger }).toEqual({ description: "Does it", trigger: "manual" });
});

test("T-DSL-03 a call by name", () => {
  expect(step("call plan")).toEqual({
    kind: "call",
    agent: { kind: "name", value: "plan" },
    retries: 0,
    with: [],
    pluginDirs: [],
  });
});

test("T-DSL-04 a call by path is known by the file's stem", () => {
  const node = step('call ".claude/agents/plan.md"');
  expect(node).toMatchObject({ agent: { kind: "path", value: ".claude/agents/plan.md" } });
  expect(node?.kind === "call" && agentKey(node.agent)).toBe("plan");
});

test("T-DSL-05 a script has a name and a command", () => {
  expect(step('script lint { run = "npm run lint" }')).toEqual({
    kind: "script",
    name: "lint",
    run: "npm run lint",
    env: {},
    retries: 0,
  });
});

test("T-DSL-06 an if tests a marker of a step", () => {
  expect(parse("workflow w { call step1 if step1.approved { call step2 } }").body[1]).toMatchObject({
    kind: "branch",
    negate: false,
    condition: { kind: "marker", step: "step1", marker: "approved" },
  });
});

test("T-DSL-07 an unless tests a boolean input", () => {
  const { body } = parse("workflow w { inputs { skip_tests boolean } unless skip_tests { call test } }");
  expect(body[0]).toMatchObject({ negate: true, condition: { kind: "input", input: "skip_tests" } });
});

test("T-DSL-08 a while has a condition, a bound and a body", () => {
  expect(step("while review.needs_revision { max_iterations = 5 call review }")).toMatchObject({
    kind: "loop",
    test: "before",
    condition: { step: "review", marker: "needs_revision" },
    maxIterations: 5,
    onMaxIter: "fail",
    body: [{ kind: "call" }],
  });
});

test("T-DSL-09 a gate's name is its type, and a bare timeout is in seconds", () => {
  expect(step('gate human_approval { prompt = "Ok?" timeout = 3600 }')).toEqual({
    kind: "gate",
    name: "human_approval",
    gateType: "human_approval",
    prompt: "Ok?",
    minApprovals: 1,
    mode: "min_approvals",
    timeoutMs: 3_600_000,
    onTimeout: "fail",
    params: {},
  });
});

test("T-DSL-10 inputs are required, boolean or have a default", () => {
  expect(parse('workflow w { inputs { a required b boolean c default = "main" } }').inputs).toEqual([
    { name: "a", type: "string", required: true },
    { name: "b", type: "boolean", required: false },
    { name: "c", type: "string", required: false, default: "main" },
  ]);
});

test("T-DSL-11 an always block in the workflow is what runs at the end", () => {
  const { body, always } = parse("workflow w { call work always { call cleanup } }");
  expect([body.length, always.length]).toEqual([1, 1]);
  expect(always[0]).toMatchObject({ agent: { value: "cleanup" } });
});

test("T-DSL-12 a plain do is a block of steps", () => {
  expect(step("do { call a call b }")).toMatchObject({ kind: "sequence", mode: "do", body: [{}, {}] });
});

test("T-DSL-13 a child workflow takes its inputs from a nested block", () => {
  expect(step('call workflow child_wf { inputs { pr = "7" } }')).toEqual({
    kind: "child",
    workflow: "child_wf",
    inputs: { pr: "7" },
    retries: 0,
  });
});

test("T-DSL-14 prose is an error", () => {
  expect(codes("this is not a workflow at all")).toContain("missing_workflow");
});

test("T-DSL-15 a block without `workflow` is an error", () => {
  expect(codes("{ call plan }")).toContain("missing_workflow");
});

test("T-DSL-16 a parallel block keeps the order of its calls", () => {
  const node = step("parallel { call a call b }");
  expect(node).toMatchObject({ kind: "parallel", failFast: true });
  expect(node?.kind === "parallel" && node.branches.map(({ agent }) => agent.value)).toEqual(["a", "b"]);
});

test("T-DSL-17 targets are a list", () => {
  expect(parse('workflow w { meta { targets = ["worktree", "ticket"] } }').targets).toEqual([
    "worktree",
    "ticket",
  ]);
});

test("T-DSL-18 the file given is named in every diagnostic", () => {
  const { diagnostics } = parseWorkflow("workflow w { oops }", { file: "my/path/wf.wf" });
  expect(diagnostics.map(({ file }) => file)).toEqual(["my/path/wf.wf"]);
});

test.each([
  ["T-DSL-19 a call", 'call "../agents/x.md"'],
  ["T-DSL-20 on_fail", 'call a { on_fail = "agents/../../x.md" }'],
])("%s may not leave its folder", (_name, body) => {
  const { definition, diagnostics } = parseWorkflow(`workflow w { ${body} }`);
  expect(definition).toBeUndefined();
  expect(diagnostics[0]?.message).toContain("parent-directory traversal");
});

test("T-DSL-21 a relative path without .. is a path", () => {
  expect(step('call "agents/review..v2.md"')).toMatchObject({ agent: { kind: "path" } });
});
