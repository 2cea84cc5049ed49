import { describe, expect, it } from "vitest";
import type { AnyAction } from "./action.js";
import { createRegistry } from "./registry.js";

describe("what a registry refuses", () => {
  const act = (more: object): AnyAction =>
    ({ name: "act", run: () => Promise.resolve({}), ...more }) as AnyAction;
  const probe = () => Promise.resolve({ notDone: true as const });

  it.each([
    [
      "a misspelt effect",
      { actions: [act({ effect: "at-most-onec" })] },
      /has the effect "at-most-onec"; write/,
    ],
    ["one of the fallback", { fallback: act({ effect: "once" }) }, /has the effect "once"/],
    ["a probe that is never asked", { actions: [act({ probe })] }, /has a probe, which only/],
    [
      "an alias that is another action's name",
      { actions: [act({ aliases: ["old"] }), act({ name: "old" })] },
      /action "old" is registered twice/,
    ],
    ["aliases that are no list", { actions: [act({ aliases: "old" })] }, /must be a list of names/],
    [
      "a resolver for the gate of steps in doubt",
      { gates: { in_doubt: { poll: () => Promise.resolve({ verdict: "pending" as const }) } } },
      /"in_doubt" is the gate of steps in doubt/,
    ],
  ])("%s", (_what, config, message) => {
    expect(() => createRegistry(config)).toThrow(
      expect.objectContaining({ code: "invalid_config", message: expect.stringMatching(message) }),
    );
  });

  it("not an action that takes effect at most once, with a probe or without", () => {
    const registry = createRegistry({
      actions: [act({ effect: "at-most-once", probe })],
      fallback: act({ effect: "at-most-once" }),
    });
    expect(registry.actionNames).toEqual(["act"]);
  });
});

it("finds an action by the names it had before", () => {
  const action: AnyAction = { name: "charge", aliases: ["charge-card"], run: () => Promise.resolve({}) };
  const registry = createRegistry({ actions: [action] });
  expect([registry.action("charge"), registry.action("charge-card")]).toEqual([action, action]);
});
