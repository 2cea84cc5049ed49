/** The builder makes what text makes, and says at once what could not be. */
import { type Definition, isRunfleetError, type Node } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import {
  always,
  block,
  branch,
  call,
  callWorkflow,
  doWhile,
  foreach,
  gate,
  marker,
  parallel,
  parseWorkflow,
  qualityGate,
  script,
  sleep,
  unless,
  when,
  whileLoop,
  workflow,
} from "../index.js";

function parse(source: string): Definition | undefined {
  return parseWorkflow(source).definition;
}

test.each<[string, Node]>([
  ["call plan", call("plan")],
  ['call "agents/plan.md" { retries = 1 }', call("agents/plan.md", { retries: 1 })],
  [
    "call a { retry_delay = 10s backoff = fixed on_fail = continue as = me timeout = 1h output = s with = [x] plugin_dirs = [p] max_turns = 3 }",
    call("a", {
      retryDelay: "10s",
      backoff: "fixed",
      onFail: "continue",
      as: "me",
      timeout: "1h",
      output: "s",
      with: ["x"],
      pluginDirs: ["p"],
      maxTurns: 3,
    }),
  ],
  [
    'script s { run = "make" env = { A = "1" } on_fail = rescue }',
    script("s", { run: "make", env: { A: "1" }, onFail: "rescue" }),
  ],
  ["call workflow c { inputs { pr = 7 } }", callWorkflow("c", { inputs: { pr: "7" } })],
  ["call workflow c", callWorkflow("c")],
  ["if plan.ready { }", when(marker("plan", "ready"), [])],
  ["if plan.ready { call a }", when("plan.ready", [call("a")])],
  ["unless draft { call a }", unless("draft", [call("a")])],
  [
    "while a.b { max_iterations = 3 stuck_after = 2 call a }",
    whileLoop("a.b", { maxIterations: 3, stuckAfter: 2 }, [call("a")]),
  ],
  [
    "do { max_iterations = 3 on_max_iter = continue call a } while a.b",
    doWhile("a.b", { maxIterations: 3, onMaxIter: "continue" }, [call("a")]),
  ],
  ["do { output = s with = [x, y] call a }", block([call("a")], { output: "s", with: ["x", "y"] })],
  ["do { always { call a } }", block([always([call("a")])])],
  [
    'parallel p { fail_fast = false min_success = 1 call a call b { if = "x.y" retries = 2 } }',
    parallel([call("a"), branch("b", { if: "x.y", retries: 2 })], {
      name: "p",
      failFast: false,
      minSuccess: 1,
    }),
  ],
  [
    "gate human_review { options = [a, b] timeout = 2h }",
    gate("human_review", { options: ["a", "b"], timeout: "2h" }),
  ],
  [
    "gate go { type = signal options = { a = A } x = y }",
    gate("go", { type: "signal", options: { a: "A" }, params: { x: "y" } }),
  ],
  ["gate human_review { options = a.list }", gate("human_review", { options: "a.list" })],
  [
    "gate quality_gate { source = a threshold = 80 }",
    qualityGate("quality_gate", { source: "a", threshold: 80 }),
  ],
  ["sleep nap { for = 2h }", sleep("nap", "2h")],
  [
    'foreach f { over = json max_parallel = 2 workflow = w filter = { from = list } inputs = { id = "{{item.id}}" } ordered = true }',
    foreach("f", {
      over: "json",
      maxParallel: 2,
      workflow: "w",
      filter: { from: "list" },
      inputs: { id: "{{item.id}}" },
      ordered: true,
    }),
  ],
])("text and builder make the same: %s", (source, node) => {
  const built = workflow("w", {}, [node]);
  expect(JSON.stringify(built)).toBe(JSON.stringify(parse(`workflow w { ${source} }`)));
});

test("a whole workflow reads like its text", () => {
  const built = workflow(
    "review",
    {
      title: "Review",
      targets: ["pr"],
      timeout: "2h",
      inputs: {
        pr: "required",
        draft: "boolean",
        notes: "optional",
        base: { default: "main", description: "Base branch" },
        loud: { type: "boolean", default: true },
        token: { required: false, secret: true },
      },
      always: [call("report")],
    },
    [call("plan"), when("plan.ready", [call("implement")])],
  );
  expect(built).toEqual(
    parse(`workflow review {
      meta { title = "Review" targets = [pr] timeout = 2h }
      inputs {
        pr required
        draft boolean
        notes optional
        base default = "main" description = "Base branch"
        loud boolean default = "true"
        token optional secret
      }
      call plan
      if plan.ready { call implement }
      always { call report }
    }`),
  );
});

test("an always directly in the workflow runs at its end, as in text", () => {
  expect(workflow("w", { always: [call("b")] }, [always([call("a")]), call("x")])).toEqual(
    parse("workflow w { always { call a } call x always { call b } }"),
  );
});

describe("what could not be is refused at once", () => {
  test.each<[string, () => unknown]>([
    ["a duration", () => call("a", { timeout: "5 minutes" as "5m" })],
    ["a condition", () => when("plan.", [])],
    ["a condition of a loop", () => whileLoop("plan" as "a.b", { maxIterations: 1 }, [])],
    ["a workflow's name", () => workflow("not a name", {}, [])],
    ["a script's name", () => workflow("w", {}, [script("not a name", { run: "x" })])],
    ["a path that leaves its folder", () => workflow("w", {}, [call("../x.md")])],
    ["an empty parallel block", () => workflow("w", {}, [parallel([])])],
    ["a number", () => workflow("w", {}, [call("a", { retries: -1 })])],
    ["a value of another type", () => workflow("w", {}, [script("s", { run: 5 as unknown as string })])],
    ["a threshold", () => workflow("w", {}, [qualityGate("quality_gate", { source: "a", threshold: 101 })])],
  ])("%s", (_name, build) => {
    const thrown = (): unknown => {
      try {
        return build();
      } catch (error) {
        return isRunfleetError(error) ? error.code : error;
      }
    };
    expect(thrown()).toBe("invalid_definition");
  });

  test("nesting deeper than the stack", () => {
    let node: Node = call("a");
    for (let depth = 0; depth < 20_000; depth += 1) node = block([node]);
    expect(() => workflow("w", {}, [node])).toThrow("blocks inside each other");
  });
});
