/** What a decision says is to be counted for the workflow: money and tokens at once, time alone when the run stops here. */
import type { Usage } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, flow, gate } from "../../../test/support/engine/definitions.js";
import { createWorld, ok } from "../../../test/support/engine/world.js";

/** The run's calls end one after the other with these usages; answers what each decision tells. */
function told(definition: ReturnType<typeof flow>, usages: readonly Usage[]) {
  const world = createWorld(definition);
  world.decideOnce([{ type: "started", at: world.now() }]);
  return usages.map((usage, index) => {
    const outcome = ok({ usage });
    return world.decideOnce([{ type: "attemptEnded", address: `b.${index}`, attempt: 1, outcome }]);
  });
}

test("time alone is told with the next step that used more, and at the end", () => {
  const definition = flow([call("lint"), call("ask"), call("test"), call("build")]);
  const decisions = told(definition, [
    { durationMs: 5 },
    { costUsd: 0.25, outputTokens: 3, durationMs: 7 },
    { durationMs: 11 },
    { durationMs: 13 },
  ]);
  expect(decisions.map(({ usage }) => usage)).toEqual([
    undefined,
    { costUsd: 0.25, outputTokens: 3, durationMs: 12 },
    undefined,
    { durationMs: 24 },
  ]);
});

test("before a run waits for somebody everything is told, and nothing is left in its state", () => {
  const [decision] = told(flow([call("lint"), gate("review")]), [{ durationMs: 5 }]);
  expect(decision?.usage).toEqual({ durationMs: 5 });
  expect(decision?.state.core).not.toHaveProperty("uncounted");
});

test("a step that used nothing leaves nothing to count", () => {
  const [decision] = told(flow([call("lint"), call("test")]), [{ durationMs: 0, costUsd: 0 }]);
  expect(decision?.usage).toBeUndefined();
  expect(decision?.state.core).not.toHaveProperty("uncounted");
});
