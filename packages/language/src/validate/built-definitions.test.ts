/** Definitions that come from programs or JSON: what no parser has looked at before is refused here. */
import { type Definition, limits, type Node } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import {
  block,
  call,
  parseWorkflow,
  type ValidationContext,
  validateDefinition,
  validateParsed,
  workflow,
} from "../index.js";

function parse(content: string, name = "w"): Definition {
  const { definition, diagnostics } = parseWorkflow(`workflow ${name} { ${content} }`);
  if (definition === undefined) throw new Error(JSON.stringify(diagnostics));
  return definition;
}

function found(definition: Definition, context: ValidationContext = {}): string[] {
  return validateDefinition(definition, context).map(({ code, message }) => `${code}: ${message}`);
}

const input = { type: "string", required: false } as const;

describe("a definition from JSON", () => {
  test("has inputs of different names that are safe as names", () => {
    const inputs = ["a", "a", "__proto__"].map((name) => ({ ...input, name }));
    expect(found({ ...parse(""), inputs })).toEqual([
      "invalid_name: `__proto__` cannot be the name of an input",
      "invalid_name: the input `a` is declared twice",
    ]);
  });

  test("has a pool that can be one", () => {
    expect(found({ ...parse(""), pool: "runs" })).toEqual(['invalid_name: the pool name "runs" is reserved']);
  });

  test("has scripts that run something, and gates whose options go together", () => {
    const [script, gate] = parse('script s { run = "x" } gate pr_approval { mode = review_decision }').body;
    if (script?.kind !== "script" || gate?.kind !== "gate") throw new Error("the source has both");
    const body: Node[] = [
      { ...script, run: "" },
      { ...gate, minApprovals: 2 },
    ];
    expect(found({ ...parse(""), body })).toEqual([
      "conflicting_options: `min_approvals` has no meaning with `mode = review_decision`",
      "invalid_value: `run` is empty",
    ]);
  });

  test("has on_fail agents that text can tell apart from words and paths", () => {
    const [step] = parse("call a").body;
    if (step?.kind !== "call") throw new Error("the source has a call");
    const withAgent = (kind: "name" | "path", value: string): Node => ({
      ...step,
      onFail: { kind: "agent", agent: { kind, value } },
    });
    const body = [
      withAgent("name", "continue"),
      withAgent("name", "a/b"),
      withAgent("path", "b"),
      withAgent("path", "a/b"),
    ];
    expect(found({ ...parse(""), body }).map((text) => text.slice(0, text.indexOf(":")))).toEqual([
      "invalid_name",
      "invalid_name",
      "invalid_name",
    ]);
  });
});

describe("the builder", () => {
  test("refuses blocks nested too deeply once, and says nothing of their size", () => {
    let inner: Node = call("a");
    for (let depth = 0; depth < limits.nestingMax + 3; depth += 1) inner = block([inner]);
    expect(() => workflow("deep", {}, [inner])).toThrow(/more than 64 blocks inside each other/);
  });

  test("refuses agents without a name", () => {
    expect(() => call("")).toThrow("the name of an agent is empty");
    expect(() => call("a", { onFail: "" })).toThrow("`onFail` is empty");
  });
});

describe("names around a definition", () => {
  test("a boolean input that is misspelt is suggested, others are not", () => {
    const declared = "inputs { quick boolean quiet required }";
    const [one] = validateDefinition(parse(`${declared} if quik { call a }`), {});
    expect(one).toMatchObject({ code: "unknown_input", hint: "did you mean `quick`?" });
  });

  test("an on_fail agent that is registered is nothing to warn about, one that is not is", () => {
    const context = { actions: new Set(["a", "repair"]) };
    expect(found(parse("call a { on_fail = repair }"), context)).toEqual([]);
    expect(found(parse("call a { on_fail = repare }"), context)[0]).toMatch(/^unknown_fallback_action/);
  });

  test("a workflow that exists and cannot be read now is not called missing", () => {
    const context = { workflows: () => undefined, isUnreadable: (name: string) => name === "there" };
    expect(found(parse("call workflow there"), context)).toEqual([]);
    expect(found(parse("call workflow gone"), context)[0]).toMatch(/^unknown_workflow/);
  });

  test("a step that leads into two circles is told once", () => {
    const kid = parse("call workflow w call workflow kid", "kid");
    const context = { workflows: (name: string) => (name === "kid" ? kid : undefined) };
    expect(found(parse("call workflow kid"), context)).toEqual([
      "workflow_cycle: Circular workflow reference: w -> kid -> kid",
    ]);
  });
});

describe("what is found in a text", () => {
  test("names the file it was found in, mistakes of writing and of names alike, in the order of their places", () => {
    const parsed = parseWorkflow("workflow w {\n  call nobody\n  call a { zzz = 1 }\n}", { file: "w.wf" });
    const all = validateParsed(parsed, { actions: new Set(["a"]) }, { file: "w.wf" });
    expect(all.map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual([
      "unknown_action w.wf:2",
      "unknown_option w.wf:3",
    ]);
  });

  test("is only what the parser says when there is no workflow at all", () => {
    const parsed = parseWorkflow("");
    expect(validateParsed(parsed, { actions: new Set() })).toEqual(parsed.diagnostics);
  });
});
