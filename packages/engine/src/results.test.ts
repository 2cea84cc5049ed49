/** What later steps get to see of earlier ones, and that it stays bounded. */
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, doWhile, flow, gate, parallel, sleep } from "../../../test/support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../../test/support/engine/world.js";

test("variables come in layers: inputs, earlier contexts and outputs, exported texts last", () => {
  const world = createWorld(flow([call("agents/one.md"), call("two"), call("three")]), {
    run: { inputs: { base: "input", workflow_run_id: "mine", prior_context: "mine", dry_run: "mine" } },
    steps: {
      one: [
        ok({
          context: "first",
          markers: ["m"],
          output: '{"base":"main","dry_run":"x","n":7,"workflow_run_id":"evil"}',
        }),
      ],
      two: [ok({ context: "second" })],
    },
  });
  world.start();
  const { variables } = world.asked("runAction").at(-1) ?? {};
  expect(variables).toMatchObject({
    base: "main",
    workflow_run_id: "run",
    prior_context: "second",
    dry_run: "x",
  });
  expect(variables?.["prior_output"]).toContain('"base":"main"');
  expect(variables).not.toHaveProperty("n");
  expect(variables).not.toHaveProperty("gate_feedback");
  expect(JSON.parse(variables?.["prior_contexts"] ?? "")).toEqual([
    {
      step: "agents/one.md",
      iteration: 0,
      context: "first",
      markers: ["m"],
      structured_output: expect.any(String),
      output_file: null,
    },
    { step: "two", iteration: 0, context: "second", markers: [], structured_output: null, output_file: null },
  ]);
});

test.each([
  "[1]",
  "broken",
  '"text"',
  "null",
  '{"base":"x","markers":"no"}',
  '{"base":"x","markers":[1]}',
  '{"base":"x","context":7}',
])("the output %s exports nothing", (output) => {
  const world = createWorld(flow([call("one"), call("two")]), {
    steps: { one: [ok({ output: '{"base":"main"}' })], two: [ok({ output })] },
  });
  world.start();
  expect({ ...world.state().core.exports }).toEqual({ base: "main" });
});

test("a later export wins, a later output without it leaves it", () => {
  const world = createWorld(flow([call("one"), call("two"), call("three")]), {
    steps: {
      one: [ok({ output: '{"a":"1","b":"1","__proto__":"p"}' })],
      two: [ok({ output: '{"a":"2","c":["x"]}' })],
      three: [ok({ output: '{"x":"3"}' })],
    },
  });
  world.start();
  expect(Object.entries(world.state().core.exports).sort()).toEqual([
    ["__proto__", "p"],
    ["a", "2"],
    ["b", "1"],
    ["x", "3"],
  ]);
});

test("contexts are bounded in number, the newest stay", () => {
  const more = ok({ markers: ["more"] });
  const world = createWorld(
    flow([doWhile("test.more", [call("test")], { maxIterations: 250, onMaxIter: "continue" })]),
    { steps: { test: [more] } },
  );
  world.start();
  const { contexts } = world.state();
  expect(contexts).toHaveLength(limits.contextEntriesMax);
  expect(contexts.at(-1)).toMatchObject({ n: 249, iteration: 249 });
  expect(Object.keys(world.state().results)).toEqual(["test"]);
});

test("contexts and exports are bounded in bytes", () => {
  const big = (n: number) =>
    ok({ output: JSON.stringify({ [`v${n}`]: "x".repeat(100_000) }), context: "y".repeat(60_000) });
  const body = Array.from({ length: 9 }, (_, n) => call(`step${n}`));
  const world = createWorld(flow(body), {
    steps: Object.fromEntries(body.map((node, n) => [node.agent.value, [big(n)]])),
  });
  const { ended } = world.start();
  const { contexts, core } = world.state();
  expect(contexts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(
    limits.contextEntriesBytesMax,
  );
  expect(contexts.at(-1)?.step).toBe("step8");
  expect(Object.keys(core.exports)).toEqual(["v7", "v8"]);
  expect(JSON.stringify(ended?.result).length).toBeLessThan(limits.childResultBytesMax + 400_000);
});

test("a child hands on the end of its last step, its newest output and its completed results", () => {
  const world = createWorld(
    flow([call("one"), call("two", { onFail: { kind: "continue" } }), call("three"), gate("human_approval")]),
    {
      steps: {
        one: [ok({ output: '{"a":1}' })],
        two: [{ type: "timed_out", error: { code: "x", message: "x" } }],
        three: [ok({ markers: ["m"], context: "last" })],
      },
    },
  );
  world.start();
  const { ended } = world.approve("b.3");
  expect(ended?.result).toMatchObject({
    status: "completed",
    markers: ["m"],
    context: "last",
    output: '{"a":1}',
  });
  expect(Object.keys(ended?.result.results ?? {})).toEqual(["one", "three"]);
});

test("a child whose last node is a named parallel block hands on its last step, and the block's markers by name", () => {
  const world = createWorld(flow([parallel([call("a"), call("b")], { name: "checks" })]), {
    steps: { a: [ok({ markers: ["x"], context: "from a" })], b: [ok({ markers: ["y"], context: "from b" })] },
  });
  const result = world.start().ended?.result;
  expect(result).toMatchObject({ context: "from b", markers: ["y"] });
  expect(result?.results["checks"]?.markers).toEqual(["x", "y"]);
});

test("the summary is short however long the error is, and names every step", () => {
  const world = createWorld(
    flow([call("one"), call("two", { onFail: { kind: "continue" } }), call("three")]),
    {
      steps: {
        two: [{ type: "timed_out", error: { code: "x", message: "x" } }],
        three: [{ type: "cancelled", reason: "z".repeat(90_000) }],
      },
    },
  );
  const summary = world.start().ended?.summary ?? "";
  expect(summary.slice(0, 190)).toMatchInlineSnapshot(`
    "flow: 1/3 steps completed, 1 failed, 1 skipped
      [ok] one
      [skip] two
      [FAIL] three
    Status: FAILED
    Error: step 'three' failed after 1 attempt: cancelled: zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
  `);
  expect(summary.length).toBeLessThan(8_192);
});

test("the summary lists every kind of step, and its counts are those of the list", () => {
  const check = call("check", { retries: 1 });
  const world = createWorld(
    flow([
      doWhile("check.red", [check], { maxIterations: 3, onMaxIter: "continue" }),
      parallel([call("a"), { ...call("b"), if: { kind: "marker", step: "check", marker: "green" } }], {
        name: "both",
      }),
      sleep("nap", "1s"),
      gate("human_review", { onTimeout: "continue" }),
      call("slow", { timeoutMs: 1_000, onFail: { kind: "agent", agent: { kind: "name", value: "fix" } } }),
    ]),
    { steps: { check: [failed("x"), ok({ markers: ["red"] })], slow: [hangs] } },
  );
  world.start();
  while (world.decision()?.ended === undefined) world.toDeadline();
  expect(world.decision()?.ended?.summary).toMatchInlineSnapshot(`
    "flow: 4/7 steps completed, 1 skipped, 2 timed out
      [ok] check (3 times)
      [skip] b
      [ok] a
      [ok] nap
      [tout] human_review
      [tout] slow
      [ok] fix
    Status: FAILED
    Error: step 'slow' failed after 1 attempt: step 'slow' timed out after 1000 ms"
  `);
});
