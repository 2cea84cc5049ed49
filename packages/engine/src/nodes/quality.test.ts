/** Quality gates: a confidence against a threshold, decided at once. */
import { expect, test } from "vitest";
import { call, flow, qualityGate } from "../../../../test/support/engine/definitions.js";
import { createWorld, ok } from "../../../../test/support/engine/world.js";

test.each([
  ['{"confidence":80}', 80, "fail", "completed", "confidence 80, threshold 80"],
  ['{"confidence":79.9}', 80, "fail", "failed", "confidence 79, threshold 80"],
  ['{"confidence":-3}', 0, "fail", "completed", "confidence 0, threshold 0"],
  ['{"confidence":300}', 100, "fail", "completed", "confidence 100, threshold 100"],
  [
    '{"confidence":"90"}',
    1,
    "continue",
    "completed",
    "step 'judge' reported no confidence, counted as 0, threshold 1",
  ],
  ["[]", 1, "fail", "failed", "step 'judge' reported no confidence, counted as 0, threshold 1"],
] as const)(
  "a quality gate on %s with threshold %i and on_fail = %s: %s",
  (output, threshold, onFail, status, text) => {
    const world = createWorld(flow([call("judge"), qualityGate("judge", threshold, onFail)]), {
      steps: { judge: [ok({ output })] },
    });
    expect(world.start().ended?.status).toBe(status);
    const record = world.steps.get("b.1#1");
    expect(record?.resultText ?? record?.error?.message).toContain(text);
  },
);

test("a quality gate whose source never ran fails, whatever its on_fail", () => {
  const world = createWorld(flow([qualityGate("judge", 1, "continue")]));
  expect(world.start().ended?.error?.message).toBe("gate 'quality_gate': step 'judge' has no result");
});
