/** Gates whose resolver fails: asked again, ever more seldom, and nobody has to guess why. */
import { expect, test } from "vitest";
import { flow, gate } from "../../../../test/support/engine/definitions.js";
import { createWorld, hangs } from "../../../../test/support/engine/world.js";

const day = 86_400_000;

test("a resolver that fails is asked ever more seldom, and the run says why until it answers", () => {
  const world = createWorld(flow([gate("checks", { gateType: "ci", timeoutMs: day })]), {
    polls: { checks: Array.from({ length: 20 }, () => hangs) },
  });
  world.start();
  const fail = () => {
    const sentAt = world.now();
    world.send({ type: "gatePolled", address: "b.0", verdict: "pending", problem: "refused" });
    const pauseMs = (world.decision()?.nextDeadlineAt ?? 0) - sentAt;
    world.toDeadline();
    return pauseMs;
  };
  const pauses = Array.from({ length: 12 }, fail);
  expect(pauses[0]).toBeGreaterThanOrEqual(3_750);
  expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0);
  expect(pauses[3]).toBeGreaterThan(2 * (pauses[1] ?? 0));
  expect(pauses.slice(-3)).toEqual([300_000, 300_000, 300_000]);
  expect(world.decision()?.blockedOn).toMatchObject([
    { problem: expect.stringMatching(/^failed 12 times in a row, is asked again at .*Z: refused$/) },
  ]);
  expect(world.facts.filter(({ type }) => type === "gate.poll_failed")).toMatchObject([
    { address: "b.0", name: "checks", problem: "refused" },
  ]);
  world.send({ type: "gatePolled", address: "b.0", verdict: "pending" });
  expect(world.decision()?.nextDeadlineAt).toBe(world.now() + 5_000);
  expect(world.decision()?.blockedOn[0]).not.toHaveProperty("problem");
});

test("a resolver with a long interval of its own keeps it while it fails, and a long problem is cut", () => {
  const world = createWorld(flow([gate("checks", { gateType: "ci", timeoutMs: day })]), {
    polls: { checks: [hangs, hangs, hangs, hangs] },
  });
  world.start();
  for (let failure = 0; failure < 3; failure += 1) {
    const problem = "x".repeat(5_000);
    world.send({ type: "gatePolled", address: "b.0", verdict: "pending", pollAfterMs: 600_000, problem });
    const pauseMs = (world.decision()?.nextDeadlineAt ?? 0) - world.now();
    expect(pauseMs).toBeLessThanOrEqual(600_000);
    expect(pauseMs).toBeGreaterThanOrEqual(450_000);
    world.toDeadline();
  }
  const [blocked] = world.decision()?.blockedOn ?? [];
  expect(JSON.stringify(blocked).length).toBeLessThan(1_500);
});
