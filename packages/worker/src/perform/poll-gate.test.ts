/** One poll of a gate: what a resolver may answer, and what happens when it does not. */
import type { GateNode, RunRecord } from "@runfleet/model";
import { expect, test } from "vitest";
import { gate } from "../../../../test/support/engine/definitions.js";
import type { Clock } from "../clock.js";
import type { GateResolver } from "../config.js";
import { createRegistry } from "../registry.js";
import type { PerformContext } from "./context.js";
import { pollGate } from "./poll-gate.js";

/** A poll on a clock whose only timer fires when the test says so. */
function poll(resolver: GateResolver | undefined, node: Partial<GateNode> = {}) {
  const timers: (() => void)[] = [];
  const cancelled: number[] = [];
  const stop = new AbortController();
  const clock: Pick<Clock, "after"> = {
    after: (_delayMs, then) => {
      const index = timers.push(then) - 1;
      return () => void cancelled.push(index);
    },
  };
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const context = {
    ...{ run: { id: "R" } as RunRecord, clock: clock as Clock, log: quiet },
    registry: createRegistry({ gates: resolver === undefined ? {} : { ci: resolver } }),
  } as unknown as PerformContext;
  const command = {
    type: "pollGate",
    address: "b.0",
    variables: {},
    node: gate("checks", { gateType: "ci", ...node }),
  } as const;
  const event = pollGate(command, context, stop.signal);
  return { event, stop, late: () => timers[0]?.(), cancelled };
}

test("an answer is handed on, with the resolver's interval or the answer's own", async () => {
  const pending = poll({ intervalMs: 7, poll: async () => ({ verdict: "pending" }) });
  expect(await pending.event).toEqual({
    ...{ type: "gatePolled", address: "b.0", verdict: "pending", pollAfterMs: 7 },
  });
  expect(pending.cancelled).toEqual([0]);
  const own = poll({
    intervalMs: 7,
    poll: async () => ({ verdict: "approved", text: "all green", pollAfterMs: 9 }),
  });
  expect(await own.event).toMatchObject({ verdict: "approved", text: "all green", pollAfterMs: 9 });
});

test.each<[string, GateResolver | undefined, RegExp]>([
  ["throws", { poll: async () => Promise.reject(new Error("refused")) }, /^refused$/],
  ["answers an unknown verdict", { poll: async () => ({ verdict: "yes" }) as never }, /"yes".* verdict/],
  ["answers nothing", { poll: async () => undefined as never }, /undefined instead of a verdict/],
  ["is not there", undefined, /no resolver for gates of type "ci"/],
])("a resolver that %s leaves the gate open, with the problem", async (_case, resolver, problem) => {
  expect(await poll(resolver).event).toMatchObject({
    verdict: "pending",
    problem: expect.stringMatching(problem),
  });
});

test("a resolver that takes too long is given up, whether it heeds its signal or not", async () => {
  const deaf = poll({ timeoutMs: 2_000, poll: () => new Promise(() => {}) });
  deaf.late();
  expect(await deaf.event).toMatchObject({ verdict: "pending", problem: "no answer within 2s" });
  const heeding = poll({
    poll: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
  });
  heeding.late();
  expect(await heeding.event).toMatchObject({ verdict: "pending", problem: "no answer within 30s" });
});

test("a poll that is not wanted any more ends at once", async () => {
  const given = poll({ poll: () => new Promise(() => {}) });
  given.stop.abort("lease_lost");
  expect(await given.event).toMatchObject({ verdict: "pending" });
  expect(given.cancelled).toEqual([0]);
});
