// The reference's tests of conditions, `if` and `unless` (the first part of its group K), asked of whole decisions.
import type { Node } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { call, child, flow, parallel, unless, when } from "../../support/engine/definitions.js";
import { childResult, createWorld, failed, ok, type Script } from "../../support/engine/world.js";
import { runPath } from "../../support/language/run-path.js";

/** The path of a run of these nodes: names of the steps that ran, then how the run ended. */
function pathOf(
  body: Node[],
  { inputs = {}, ...answers }: Script & { inputs?: Record<string, string> } = {},
): string {
  const world = createWorld(flow(body), { ...answers, run: { inputs } });
  world.start();
  return runPath(world);
}

const detected = (...markers: string[]): Script => ({ steps: { detector: [ok({ markers })] } });
const reporter = call("reporter");

test("T-CF-01 an if whose input is true runs its body", () => {
  expect(pathOf([when("flag", [call("inner")])], { inputs: { flag: "true" } })).toBe("inner, completed");
});

test("T-CF-02 an if whose input is false skips its body, and the run succeeds", () => {
  expect(pathOf([when("flag", [call("inner")])], { inputs: { flag: "false" } })).toBe("completed");
});

test("T-CF-03 an unless whose input is false runs its body", () => {
  expect(pathOf([unless("flag", [call("inner")])], { inputs: { flag: "false" } })).toBe("inner, completed");
});

test("T-CF-04 an unless whose input is true skips its body", () => {
  expect(pathOf([unless("flag", [call("inner")])], { inputs: { flag: "true" } })).toBe("completed");
});

test("T-CF-05 an if on a marker that a step gave runs its body", () => {
  const body = [call("detector"), when("detector.found", [reporter])];
  expect(pathOf(body, detected("found"))).toBe("detector, reporter, completed");
});

test("T-CF-06 an if on a marker that a step did not give skips its body", () => {
  const body = [call("detector"), when("detector.found", [reporter])];
  expect(pathOf(body, detected())).toBe("detector, completed");
});

test("T-CF-07 a body inside two conditions that both hold runs", () => {
  const body = [when("outer", [when("inner", [call("deep")])])];
  expect(pathOf(body, { inputs: { outer: "true", inner: "true" } })).toBe("deep, completed");
});

test("T-CF-08 an outer condition that does not hold skips the inner one", () => {
  const body = [when("outer", [when("inner", [call("deep")])])];
  expect(pathOf(body, { inputs: { outer: "false", inner: "true" } })).toBe("completed");
});

describe("a condition", () => {
  const decided = (text: string, answers: Script & { inputs?: Record<string, string> } = {}): boolean =>
    pathOf([call("detector"), when(text, [reporter])], answers).includes("reporter");

  test("T-CF-09 on a marker holds when the step's result has it", () => {
    expect(decided("detector.found", detected("other", "found"))).toBe(true);
  });

  test("T-CF-10 on a step without a result does not hold", () => {
    expect(decided("nobody.found", detected("found"))).toBe(false);
  });

  test("T-CF-11 on a marker does not hold when the step gave another one", () => {
    expect(decided("detector.found", detected("found-nothing"))).toBe(false);
  });

  test("T-CF-12 on an input holds when it is true", () => {
    expect(decided("flag", { inputs: { flag: "true" } })).toBe(true);
  });

  test("T-CF-13 on an input looks at no upper and lower case", () => {
    expect(decided("flag", { inputs: { flag: "TRUE" } })).toBe(true);
  });

  test("T-CF-14 on an input does not hold when it is false, or anything else but true", () => {
    expect(["false", "yes", "1", " true", ""].map((flag) => decided("flag", { inputs: { flag } }))).toEqual(
      Array(5).fill(false),
    );
  });

  test("T-CF-15 on an input that is not there does not hold", () => {
    expect(decided("flag")).toBe(false);
  });

  test("T-CF-23 on an input looks at the inputs the run was started with, whatever is declared", () => {
    const world = createWorld(
      flow([when("enabled", [call("inner")])], {
        inputs: [{ name: "enabled", type: "boolean", required: false, default: "false" }],
      }),
      { run: { inputs: { enabled: "true" } } },
    );
    world.start();
    expect(runPath(world)).toBe("inner, completed");
  });
});

describe("a block that is not taken changes nothing", () => {
  test("T-CF-16 an if on a marker nobody gave", () => {
    expect(pathOf([when("nobody.found", [call("inner")]), call("next")])).toBe("next, completed");
  });

  test("T-CF-17 an if that holds around an empty body succeeds", () => {
    expect(pathOf([when("flag", []), call("next")], { inputs: { flag: "true" } })).toBe("next, completed");
  });

  test("T-CF-18 an if on an input that is not set", () => {
    expect(pathOf([when("flag", [call("inner")]), call("next")])).toBe("next, completed");
  });

  test("T-CF-19 an unless that does not hold runs its body, an empty one too", () => {
    expect(pathOf([unless("nobody.found", []), unless("nobody.found", [call("inner")])])).toBe(
      "inner, completed",
    );
  });

  test("T-CF-20 an unless on a marker that was given", () => {
    const body = [call("detector"), unless("detector.found", [call("inner")]), call("next")];
    expect(pathOf(body, detected("found"))).toBe("detector, next, completed");
  });

  test("T-CF-21 an unless on an input that is true", () => {
    expect(pathOf([unless("flag", [call("inner")]), call("next")], { inputs: { flag: "true" } })).toBe(
      "next, completed",
    );
  });

  test("T-CF-22 an unless on an input that is false runs its body", () => {
    expect(pathOf([unless("flag", [call("inner")])], { inputs: { flag: "false" } })).toBe("inner, completed");
  });
});

test("which way a branch went is part of the timeline, and leaves no step", () => {
  const world = createWorld(flow([when("flag", [call("a")]), unless("flag", [call("b")])]));
  world.start();
  expect(world.facts.filter(({ type }) => type === "branch.taken")).toMatchObject([
    { address: "b.0", taken: false, condition: "if flag" },
    { address: "b.1", taken: true, condition: "unless flag" },
  ]);
  expect(world.stepLines()).toEqual(["b#1 completed"]);
});

test("a condition looks at the newest result of a name, wherever it came from", () => {
  const found = ok({ markers: ["found"] });
  const bubbled = childResult({
    results: { probe: { status: "completed", markers: ["found"], context: "" } },
  });
  expect(
    pathOf([call("probe"), child("kid"), when("probe.found", [reporter])], { children: { kid: [bubbled] } }),
  ).toBe("probe, kid, reporter, completed");
  expect(
    pathOf(
      [call("probe"), call("probe", { onFail: { kind: "continue" } }), when("probe.found", [reporter])],
      {
        steps: { probe: [found, failed("x")] },
      },
    ),
  ).toBe("probe, probe (failed), completed");
  expect(
    pathOf([parallel([call("probe")], { name: "checks" }), when("checks.found", [reporter])], {
      steps: { probe: [found] },
    }),
  ).toBe("probe, reporter, completed");
});
