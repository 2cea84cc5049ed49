/** Sequences and branches. */
import { expect, test } from "vitest";
import { block, call, flow, parallel, unless, when } from "../../../../test/support/engine/definitions.js";
import { createWorld, failed, ok } from "../../../../test/support/engine/world.js";

const red = ok({ markers: ["red"] });

test.each([
  ["true", true],
  ["TRUE", true],
  ["false", false],
  ["yes", false],
  [undefined, false],
])("if on an input with value %s is taken: %s", (value, taken) => {
  const inputs: Record<string, string> = value === undefined ? {} : { go: value };
  const world = createWorld(flow([when("go", [call("a")]), unless("go", [call("b")])]), { run: { inputs } });
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual([taken ? "a#1 completed" : "b#1 completed"]);
});

test("if on a marker looks at the latest result of the step", () => {
  const world = createWorld(
    flow([
      call("scan"),
      when("scan.red", [call("scan")]),
      when("scan.red", [call("never")]),
      when("ghost.red", [call("never")]),
    ]),
    {
      steps: { scan: [red, ok()] },
    },
  );
  world.start();
  expect(world.stepLines()).toEqual(["scan#1 completed", "scan#1 completed"]);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "run.started workflow=flow
    step.started b.0 scan#1
    step.completed b.0 scan#1 markers=["red"]
    branch.taken b.1 taken=true condition=if scan.red
    step.started b.1.0.0 scan#1
    step.completed b.1.0.0 scan#1 markers=[]
    branch.taken b.2 taken=false condition=if scan.red
    branch.taken b.3 taken=false condition=if ghost.red
    metrics.updated
    run.completed"
  `);
});

test("names of object members are no step names", () => {
  const world = createWorld(
    flow([when("constructor.name", [call("never")]), when("toString", [call("never")])]),
  );
  expect(world.start().ended?.status).toBe("completed");
  expect(world.stepLines()).toEqual([]);
});

test("a failure inside nested blocks stops them all", () => {
  const world = createWorld(
    flow([block([when("go", [block([call("a"), call("b")])]), call("c")]), call("d")]),
    {
      run: { inputs: { go: "true" } },
      steps: { a: [failed("x")] },
    },
  );
  expect(world.start().ended?.status).toBe("failed");
  expect(world.stepLines()).toEqual(["a#1 failed"]);
});

test("nested do blocks hand output and with to calls, the innermost first, not to parallel branches", () => {
  const inner = block([call("a"), parallel([call("b")], { with: ["p"] })], { with: ["inner"], output: "in" });
  const world = createWorld(flow([block([inner, call("c")], { with: ["outer"], output: "out" })]));
  world.start();
  expect(
    world.asked("runAction").map(({ action, output, with: snippets }) => [action, output, ...snippets]),
  ).toEqual([
    ["a", "in", "inner", "outer"],
    ["b", undefined, "p"],
    ["c", "out", "outer"],
  ]);
});
