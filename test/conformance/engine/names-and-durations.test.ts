// The reference's tests of the names that steps leave behind and of durations and JSON (group U). There the names are a
// list of keys that resuming skips; here nothing is skipped, and a name is what conditions and results go by.

import { parseWorkflow } from "@runfleet/language";
import { parseDuration } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import {
  block,
  call,
  child,
  flow,
  foreach,
  gate,
  parallel,
  script,
  unless,
  when,
  whileLoop,
} from "../../support/engine/definitions.js";
import { childResult, createWorld, item, ok } from "../../support/engine/world.js";

/** Names of the steps of a body, in the order in which they ran. */
function namesOf(body: Parameters<typeof flow>[0], always: Parameters<typeof flow>[0] = []): string[] {
  const world = createWorld(flow(body, { always }), {
    run: { inputs: { go: "true" } },
    steps: { first: [ok({ markers: ["again"] }), ok()] },
    items: { each: [item("x")] },
    children: { work: [childResult()] },
  });
  world.start();
  const gates = [...world.steps.values()].filter(({ status }) => status === "waiting");
  for (const { address } of gates) world.approve(address);
  return [...world.steps.values()].sort((a, b) => a.ordinal - b.ordinal).map(({ name }) => name);
}

describe("names", () => {
  test("T-LK-01 a call is named after its agent", () => {
    expect(namesOf([call("plan")])).toEqual(["plan"]);
  });

  test("T-LK-02 a script has a name of its own", () => {
    expect(namesOf([script("lint")])).toEqual(["lint"]);
  });

  test("T-LK-03 a called workflow goes by its name", () => {
    expect(namesOf([child("review")])).toEqual(["review"]);
  });

  test("T-LK-04 branches have the names of calls, in their order", () => {
    expect(namesOf([parallel([call("b"), call("a")])])).toEqual(["b", "a"]);
  });

  test("T-LK-05 a gate has a name of its own", () => {
    expect(namesOf([gate("human_review")])).toEqual(["human_review"]);
  });

  test("T-LK-06 a foreach has a name of its own, whatever its children are", () => {
    expect(namesOf([foreach("each")])).toEqual(["each"]);
  });

  test("T-LK-07 the steps of an if count", () => {
    expect(namesOf([when("go", [call("a"), call("b")])])).toEqual(["a", "b"]);
  });

  test("T-LK-08 the steps of an unless count", () => {
    expect(namesOf([unless("absent", [call("a")])])).toEqual(["a"]);
  });

  test("T-LK-09 the steps of a loop count, once per iteration", () => {
    expect(namesOf([call("first"), whileLoop("first.again", [call("first"), call("b")])])).toEqual([
      ...["first", "first", "b"],
    ]);
  });

  test("T-LK-10 the steps of a do block count, in their order", () => {
    expect(namesOf([block([call("b"), call("a")])])).toEqual(["b", "a"]);
  });

  test("T-LK-11 the steps of an always block count", () => {
    expect(namesOf([call("a")], [call("clean")])).toEqual(["a", "clean"]);
  });

  test("T-LK-12 an empty body has none", () => {
    expect(namesOf([])).toEqual([]);
  });

  test("T-LK-13 a call of a path is named after its file", () => {
    expect(namesOf([call("agents/plan.md")])).toEqual(["plan"]);
  });
});

describe("durations", () => {
  test.each([
    ["T-DUR-01 milliseconds", "250ms", 250],
    ["T-DUR-02 hours", "2h", 7_200_000],
    ["T-DUR-03 minutes", "30m", 1_800_000],
    ["T-DUR-04 seconds", "10s", 10_000],
    ["T-DUR-05 a bare integer is seconds", "5", 5_000],
    ["T-DUR-06 milliseconds do not end in seconds", "3ms", 3],
  ])("%s", (_title, text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test("T-DUR-07 anything else is no duration, and a diagnostic in a workflow", () => {
    for (const text of ["abc", "1x", "", "-1s", "1.5h", "s"])
      expect(parseDuration(text), text).toBeUndefined();
    const { diagnostics } = parseWorkflow("workflow w { call a { timeout = 1x } }");
    expect(diagnostics.map(({ severity }) => severity)).toContain("error");
  });
});

describe("JSON", () => {
  test("T-JSON-01 a list of contexts is handed on as compact JSON", () => {
    const world = createWorld(flow([call("a"), call("b")]), { steps: { a: [ok({ markers: ["m"] })] } });
    world.start();
    const text = world.asked("runAction").at(-1)?.variables["prior_contexts"] ?? "";
    expect(text).toBe(JSON.stringify(JSON.parse(text)));
    expect(JSON.parse(text)).toMatchObject([{ step: "a", markers: ["m"] }]);
  });

  test("T-JSON-02 without contexts it is an empty list", () => {
    const world = createWorld(flow([call("a")]));
    world.start();
    expect(world.asked("runAction")[0]?.variables["prior_contexts"]).toBe("[]");
  });
});
