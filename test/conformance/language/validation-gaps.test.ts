// What the reference's validation does and none of its tests covers (the gaps of groups C and E), each as its code
// behaves, or as docs/adr/0011-differences-from-runkon-flow.md says.
import {
  formatDiagnostics,
  parseWorkflow,
  type ValidationContext,
  validateDefinition,
} from "@runfleet/language";
import type { Definition } from "@runfleet/model";
import { expect, test } from "vitest";

function parse(source: string): Definition {
  const { definition, diagnostics } = parseWorkflow(source);
  if (definition === undefined) throw new Error(formatDiagnostics(diagnostics, source));
  return definition;
}

function codes(content: string, context: ValidationContext = {}): string[] {
  return validateDefinition(parse(`workflow root { ${content} }`), context).map(({ code }) => code);
}

function world(...sources: string[]): ValidationContext {
  const known = new Map(sources.map(parse).map((definition) => [definition.name, definition]));
  return { workflows: (name) => known.get(name) };
}

test("gap C: a while needs its step before the body, a do-while may have it inside", () => {
  expect(codes("while a.x { max_iterations = 1 call a }")).toEqual(["unknown_step"]);
  expect(codes("call a while a.x { max_iterations = 1 call b }")).toEqual([]);
  expect(codes("do { max_iterations = 1 call a } while a.x")).toEqual([]);
  expect(codes("do { max_iterations = 1 call b } while a.x call a")).toEqual(["unknown_step"]);
});

test("gap C: what a block produces is known behind it, whether or not it runs", () => {
  for (const block of [
    "inputs { f boolean } if f { call b }",
    "inputs { f boolean } unless f { call b }",
    "call a while a.x { max_iterations = 1 call b }",
    "do { call b }",
    "do { always { call b } }",
    "parallel { call b }",
  ]) {
    expect(codes(`${block} if b.y { call c }`), block).toEqual([]);
  }
});

test("gap C: the condition of a branch sees earlier steps and none of its siblings", () => {
  expect(codes('call a parallel { call b { if = "a.x" } call c }')).toEqual([]);
  expect(codes('parallel { call b call c { if = "b.x" } }')).toEqual(["unknown_step"]);
  expect(codes('parallel { call b { if = "b.x" } }')).toEqual(["unknown_step"]);
});

test("gap C: the required inputs of a child must be given, and its steps and its name can be used afterwards", () => {
  const context = world(
    "workflow kid { inputs { pr required base default = m } call review if review.x { call fix } }",
  );
  expect(codes("call workflow kid", context)).toEqual(["missing_input"]);
  expect(
    codes('call workflow kid { inputs { pr = "1" } } if review.x { call a } if kid.y { call b }', context),
  ).toEqual([]);
  expect(codes('if review.x { call a } call workflow kid { inputs { pr = "1" } }', context)).toEqual([
    "unknown_step",
  ]);
});

test("gap C: a child that cannot be loaded is an error, and its name still counts as a step", () => {
  expect(codes("call workflow gone if gone.x { call a }", world())).toEqual(["unknown_workflow"]);
});

test("gap C: the source of a quality gate and the field of gate options must come from earlier steps", () => {
  expect(codes("gate quality_gate { source = a threshold = 1 }")).toEqual(["unknown_step"]);
  expect(codes("call a gate quality_gate { source = a threshold = 1 }")).toEqual([]);
  expect(codes('gate human_review { options = "a.list" }')).toEqual(["unknown_step"]);
});

test("gap C: a gate produces nothing that a condition could look at", () => {
  expect(codes("gate human_review { } if human_review.approved { call a }")).toEqual(["unknown_step"]);
});

test("gap C: what runs at the end begins with what the body produced", () => {
  expect(codes("call a always { if a.x { call b } }")).toEqual([]);
  expect(codes("always { call b } if b.x { call a }")).toEqual(["unknown_step"]);
});

test("gap C: a foreach needs its workflow, the workflow's inputs, its provider, and an order for dependents", () => {
  const head = "foreach f { over = tickets max_parallel = 1 workflow = kid";
  const kid = world("workflow kid { inputs { repo required } }");
  const given = 'inputs = { repo = "{{item.repo}}" }';
  expect(codes(`${head} }`, world())).toEqual(["unknown_workflow"]);
  expect(codes(`${head} }`, kid)).toEqual(["missing_input"]);
  expect(codes(`${head} ${given} }`, kid)).toEqual([]);
  expect(codes(`${head} ${given} }`, { ...kid, itemProviders: new Set(["json"]) })).toEqual([
    "unknown_item_provider",
  ]);
  expect(codes(`${head} ${given} on_child_fail = skip_dependents }`, kid)).toEqual(["invalid_foreach"]);
  expect(codes(`${head} ${given} on_child_fail = skip_dependents ordered = true }`, kid)).toEqual([]);
  expect(codes("foreach f { over = json max_parallel = 1 workflow = kid }")).toEqual(["invalid_foreach"]);
});

test("gap E: a branch's action is checked, the agent of on_fail only with a warning", () => {
  const context = { actions: new Set(["a"]) };
  expect(codes("parallel { call a call b }", context)).toEqual(["unknown_action"]);
  const found = validateDefinition(parse("workflow w { call a { on_fail = b } }"), context);
  expect(found).toMatchObject([{ code: "unknown_fallback_action", severity: "warning" }]);
});

test("gap E: depth counts foreach too, and is the same number as at run time", () => {
  const links = [0, 1, 2, 3].map(
    (level) => `workflow w${level} { foreach f { over = x max_parallel = 1 workflow = w${level + 1} } }`,
  );
  const five = world(...links, "workflow w4 { }");
  const six = world(...links, "workflow w4 { call workflow w5 }", "workflow w5 { }");
  expect(codes("call workflow w0", five)).toEqual([]);
  expect(codes("call workflow w0", six)).toEqual(["workflow_depth"]);
});
