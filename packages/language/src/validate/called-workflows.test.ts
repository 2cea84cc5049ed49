/** What validation finds about workflows that are called. T-ENG: ids of the reference's tests with the same behaviour. */
import { type Definition, limits } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import {
  formatDiagnostics,
  parseWorkflow,
  type ValidationContext,
  validateDefinition,
  validateParsed,
} from "../index.js";

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

describe("called workflows", () => {
  const child =
    "workflow child { inputs { pr required depth default = 1 } call review if review.bad { call fix } }";

  test("their steps and their name are known afterwards", () => {
    const content = "call workflow child { inputs { pr = 1 } } if fix.x { call a } if child.y { call b }";
    expect(check(content, world(child))).toEqual([]);
  });

  test("an input they require must be given", () => {
    expect(check("call workflow child", world(child))).toEqual([
      "missing_input: the workflow `child` requires the input `pr`",
    ]);
  });

  test("a misspelt input is pointed at", () => {
    const [finding] = validateDefinition(
      parse("workflow w { call workflow child { inputs { prr = 1 } } }"),
      world(child),
    );
    expect(finding?.hint).toBe("`prr` is given; did you mean `pr`?");
    expect(codes("call workflow child { inputs { pr = 1 dept = 2 } }", world(child))).toEqual([
      "undeclared_input",
    ]);
    expect(codes("call workflow child { inputs { pr = 1 other = 2 } }", world(child))).toEqual([]);
  });

  test("T-ENG-11 what their steps lack is reported with their name", () => {
    const sub = world("workflow sub_wf { call unknown_agent }");
    expect(check("call workflow sub_wf", { ...sub, actions: new Set(["a"]) })).toEqual([
      "unknown_action: in sub-workflow 'sub_wf': no action is registered under `unknown_agent`",
    ]);
  });

  test("their steps are held to what is registered where they are executed", () => {
    const sub = { ...world("workflow sub_wf { call pack }"), actions: new Set(["charge"]) };
    const there = (...names: string[]) => ({ ...sub, registeredFor: () => ({ actions: new Set(names) }) });
    expect(check("call workflow sub_wf", there("pack"))).toEqual([]);
    expect(check("call workflow sub_wf", there("charge"))).toHaveLength(1);
    expect(check("call workflow sub_wf call pack", there("pack"))).toEqual([
      "unknown_action: no action is registered under `pack`",
    ]);
  });

  test("T-ENG-12 a workflow that calls itself is a circle", () => {
    expect(check("call workflow root", world())).toEqual([
      "workflow_cycle: Circular workflow reference: root -> root",
    ]);
  });

  test("a circle further down is shown as a chain", () => {
    const context = world(
      "workflow a { call workflow b }",
      "workflow b { foreach f { over = x max_parallel = 1 workflow = a } }",
    );
    expect(check("call workflow a", context)).toEqual([
      "workflow_cycle: Circular workflow reference: root -> a -> b -> a",
    ]);
  });

  test("T-ENG-13 one that does not exist is an error", () => {
    expect(check("call workflow missing_sub if x.y { call a }", world())).toEqual([
      "unknown_workflow: there is no workflow `missing_sub`",
    ]);
  });

  test("T-ENG-14 a map of definitions is enough to check everything", () => {
    const context = { ...world("workflow sub { call alpha }"), actions: new Set(["alpha"]) };
    expect(check("call workflow sub", context)).toEqual([]);
  });

  test("five levels below the root are allowed, statically as at run time", () => {
    const chain = (length: number): ValidationContext =>
      world(
        ...Array.from({ length }, (_, index) =>
          index + 1 === length
            ? `workflow w${index} { }`
            : `workflow w${index} { call workflow w${index + 1} }`,
        ),
      );
    expect(codes("call workflow w0", chain(limits.workflowDepthMax))).toEqual([]);
    expect(codes("call workflow w0", chain(limits.workflowDepthMax + 1))).toEqual(["workflow_depth"]);
  });
});

describe("foreach", () => {
  const head = "over = x max_parallel = 1 workflow = w";

  test("skip_dependents needs an order", () => {
    expect(codes(`foreach f { ${head} on_child_fail = skip_dependents }`)).toEqual(["invalid_foreach"]);
    expect(codes(`foreach f { ${head} on_child_fail = skip_dependents ordered = true }`)).toEqual([]);
  });

  test("required inputs of the child must be given, those of the item are", () => {
    const context = world('workflow w { inputs { "item.id" required repo required } }');
    expect(check(`foreach f { ${head} }`, context)).toEqual([
      "missing_input: the workflow `w` requires the input `repo`",
    ]);
    expect(check(`foreach f { ${head} inputs = { repo = "{{item.repo}}" } }`, context)).toEqual([]);
  });

  test("built-in providers need their filters", () => {
    expect(codes("foreach f { over = json max_parallel = 1 workflow = w }")).toEqual(["invalid_foreach"]);
    expect(
      codes('foreach f { over = range max_parallel = 1 workflow = w filter = { from = 1 to = "9" } }'),
    ).toEqual([]);
  });

  test("its workflow must exist", () => {
    expect(codes(`foreach f { ${head} }`, world())).toEqual(["unknown_workflow"]);
  });
});

describe("a text with errors", () => {
  const check = (content: string): string[] =>
    validateParsed(parseWorkflow(`workflow w { ${content} }`), { actions: new Set(["plan"]) }).map(
      ({ code, message }) => `${code}: ${message}`,
    );

  test("is looked at for names as well, in the order of the text", () => {
    expect(check("call plna call plan { retries = x } if paln.ok { }")).toEqual([
      "unknown_action: no action is registered under `plna`",
      "invalid_value: `retries` takes a whole number from 0 to 4294967295, not `x`",
      "unknown_step: no step `paln` can have run before this",
    ]);
  });

  test("is not blamed for what its errors may have caused", () => {
    expect(
      check('script s { } if s.ok { } call "agents/x" { as = [] }').map((text) => text.split(":")[0]),
    ).toEqual(["missing_option", "unknown_action", "invalid_value"]);
  });
});
