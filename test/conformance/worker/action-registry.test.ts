// Groups F and L (the two tests about max_turns) of the reference's tests: which action takes a call, and what it is told.
import type { ActionContext } from "@runfleet/worker";
import { expect, test } from "vitest";
import { createRegistry } from "../../../packages/worker/src/registry.js";
import { type AttemptOptions, attempt } from "../../support/worker/attempts.js";

const noop = { name: "noop", run: async () => ({ markers: ["noop"] }) };
const any = {
  name: "any",
  run: async ({ action }: ActionContext<unknown>) => ({ markers: ["fallback"], context: action }),
};
const calling = (value: string): AttemptOptions => ({ agent: { kind: "name", value } });

test("T-REG-01 a registered action takes the calls of its name", async () => {
  expect(await attempt({ ...calling("noop"), config: { actions: [noop], fallback: any } })).toMatchObject({
    type: "succeeded",
    markers: ["noop"],
  });
});

test("T-REG-02 the fallback takes every other call, and is told its name", async () => {
  expect(await attempt({ ...calling("unknown"), config: { fallback: any } })).toMatchObject({
    markers: ["fallback"],
    context: "unknown",
  });
});

test("T-REG-03 without action and fallback the call fails and names what is missing", async () => {
  expect(await attempt({ ...calling("missing"), config: {} })).toMatchObject({
    type: "failed",
    retryable: false,
    error: {
      code: "action_not_found",
      message: expect.stringContaining('no action is registered under "missing"'),
    },
  });
});

test("T-REG-04 an action that knows nothing of aborts is not hurt by one", async () => {
  const abort = new AbortController();
  const deaf = {
    name: "act",
    run: async () => {
      abort.abort("cancelled");
      return { markers: ["went on"] };
    },
  };
  expect(await attempt({ config: { actions: [deaf] }, signal: abort.signal })).toMatchObject({
    type: "succeeded",
    markers: ["went on"],
  });
});

test("T-REG-05 only registered names are known", () => {
  const registry = createRegistry({ actions: [noop] });
  expect(registry.action("noop")).toBe(noop);
  expect(registry.action("missing")).toBeUndefined();
});

test("T-REG-06 with a fallback every name is known", () => {
  expect(createRegistry({ fallback: any }).action("whatever")).toBe(any);
});

test("T-REG-07 an empty registry knows no name", () => {
  expect(createRegistry({}).action("noop")).toBeUndefined();
});

test("T-CALL-02 max_turns of the step reaches the action", async () => {
  const act = {
    name: "act",
    run: async ({ maxTurns }: ActionContext<unknown>) => ({ context: `${maxTurns}` }),
  };
  const outcome = await attempt({ config: { actions: [act] }, node: { maxTurns: 50 } });
  expect(outcome).toMatchObject({ context: "50" });
});

test("T-CALL-03 without max_turns there is none", async () => {
  const act = {
    name: "act",
    run: async (context: ActionContext<unknown>) => ({ context: `${"maxTurns" in context}` }),
  };
  expect(await attempt({ config: { actions: [act] } })).toMatchObject({ context: "false" });
});
