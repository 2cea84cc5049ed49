/** Attempts of actions that take effect at most once: when they run, when a probe is asked, when they are in doubt. */
import { RunfleetError } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { attempt } from "../../../../test/support/worker/attempts.js";
import {
  type ActionContext,
  type AnyAction,
  defineAction,
  NonRetryableError,
  type ProbeAnswer,
  RetryableError,
} from "../index.js";

const numbers = {
  safeParse: (value: unknown) =>
    typeof value === "number"
      ? { success: true as const, data: value }
      : { success: false as const, error: { message: "it is no number" } },
};

type Probe = (context: ActionContext<Readonly<Record<string, string>>>) => Promise<ProbeAnswer<number>>;

/** An action that counts its runs. */
function counted(options: { probe?: Probe; run?: () => unknown; effect?: "idempotent" } = {}) {
  const { probe, run = () => 7, effect = "at-most-once" } = options;
  let runs = 0;
  const action = defineAction<Readonly<Record<string, string>>, number>({
    name: "act",
    effect,
    output: numbers,
    run() {
      runs += 1;
      return Promise.resolve({ output: run() as number, markers: ["ran"] });
    },
    ...(probe && { probe }),
  });
  return { config: { actions: [action as AnyAction] }, runs: () => runs };
}

const again = { command: { mayHaveRun: true, timeoutMs: 60_000 } } as const;

describe("an action that takes effect at most once", () => {
  test("runs when it has certainly not run before", async () => {
    const { config, runs } = counted();
    expect(await attempt({ config })).toMatchObject({ type: "succeeded", markers: ["ran"] });
    expect(runs()).toBe(1);
  });

  test("is in doubt when it may have run and has no probe", async () => {
    const { config, runs } = counted();
    expect(await attempt({ config, ...again })).toEqual({
      type: "in_doubt",
      reason: 'it was begun before, and nobody heard how that ended; action "act" has no probe',
    });
    expect(runs()).toBe(0);
  });

  test("tells the person who is asked how the attempt before ended", async () => {
    const command = { ...again.command, attempt: 2, retryError: "it said 500" };
    expect(await attempt({ config: counted().config, command })).toEqual({
      type: "in_doubt",
      reason:
        'an attempt was begun before and may have had its effect (last heard: it said 500); action "act" has no probe',
    });
  });

  test("runs again like any other when it is idempotent, or when the run is dry", async () => {
    const { config, runs } = counted({ effect: "idempotent" });
    expect(await attempt({ config, ...again })).toMatchObject({ type: "succeeded" });
    const dry = counted();
    const command = { ...again.command, dryRun: true };
    expect(await attempt({ config: dry.config, command })).toMatchObject({ type: "succeeded" });
    expect([runs(), dry.runs()]).toEqual([1, 1]);
  });

  test("does not begin for a worker that has lost the run", async () => {
    const { config, runs } = counted();
    const context = { holdsRun: () => false };
    expect(await attempt({ config, context })).toEqual({ type: "cancelled", reason: "lease_lost" });
    expect(runs()).toBe(0);
    const idempotent = counted({ effect: "idempotent" });
    expect(await attempt({ config: idempotent.config, context })).toMatchObject({ type: "succeeded" });
  });

  test("is in doubt when it ran and returned no result, since it must not run again", async () => {
    const { config } = counted({ run: () => "twelve" });
    expect(await attempt({ config })).toMatchObject({
      type: "in_doubt",
      reason: expect.stringMatching(
        /^action "act" ran and returned something that is no result: .*no number/,
      ),
      usage: { durationMs: expect.any(Number) },
    });
  });
});

describe("a probe", () => {
  test("is told what the action would be told, and its result is the step's", async () => {
    const told: unknown[] = [];
    const { config, runs } = counted({
      probe({ input, idempotencyKey, attempt: number, signal }) {
        told.push({ input, idempotencyKey, attempt: number, aborted: signal.aborted });
        return Promise.resolve({ done: { markers: ["found"], output: 9 } });
      },
    });
    const command = { ...again.command, attempt: 2, variables: { order: "o-1" } };
    expect(await attempt({ config, command })).toMatchObject({
      type: "succeeded",
      markers: ["found"],
      output: "9",
    });
    expect(told).toEqual([
      { input: { order: "o-1" }, idempotencyKey: "run-1:b.0", attempt: 2, aborted: false },
    ]);
    expect(runs()).toBe(0);
  });

  test("lets the attempt run when nothing has happened", async () => {
    const { config, runs } = counted({ probe: () => Promise.resolve({ notDone: true }) });
    expect(await attempt({ config, ...again })).toMatchObject({ type: "succeeded", markers: ["ran"] });
    expect(runs()).toBe(1);
  });

  test.each<[string, Probe, string]>([
    [
      "does not know",
      () => Promise.resolve({ unknown: true, reason: "two found" }),
      "cannot tell: two found",
    ],
    ["gives no reason", () => Promise.resolve({ unknown: true }), "cannot tell: it does not say why"],
    ["throws", () => Promise.reject(new Error("no network")), "cannot tell: no network"],
    ["answers nothing", () => Promise.resolve(undefined as never), "neither done, notDone nor unknown"],
    ["says both", () => Promise.resolve({ notDone: true, done: {} }), "neither done, notDone nor unknown"],
    ["says no word of it", () => Promise.resolve({ done: true } as never), "neither done, notDone"],
    [
      "answers no result",
      () => Promise.resolve({ done: { output: "x" as never } }),
      "something that is no result",
    ],
  ])("that %s leaves the attempt in doubt", async (_how, probe, reason) => {
    const { config, runs } = counted({ probe });
    expect(await attempt({ config, ...again })).toMatchObject({
      type: "in_doubt",
      reason: expect.stringContaining(reason),
    });
    expect(runs()).toBe(0);
  });

  test("that hangs is told to stop after half of the time, and leaves the attempt in doubt", async () => {
    const reasons: unknown[] = [];
    const { config } = counted({
      probe: ({ signal }) =>
        new Promise(() => {
          signal.addEventListener("abort", () => reasons.push(signal.reason));
        }),
    });
    const command = { mayHaveRun: true, timeoutMs: 40 } as const;
    expect(await attempt({ config, command })).toMatchObject({
      type: "in_doubt",
      reason: expect.stringContaining("no answer within 20 ms"),
    });
    expect(reasons).toEqual(["probe"]);
  });

  test("ends with the attempt when that is told to stop", async () => {
    const stop = new AbortController();
    const { config } = counted({
      probe: () => {
        stop.abort("cancelled");
        return new Promise(() => {});
      },
    });
    expect(await attempt({ config, ...again, signal: stop.signal })).toMatchObject({
      type: "cancelled",
      reason: "cancelled",
    });
  });
});

describe("a result that a person gives", () => {
  const given = (output: unknown) => ({ command: { ...again.command, given: { output } } });

  test("is checked like one of the action, which does not run", async () => {
    const { config, runs } = counted();
    expect(await attempt({ config, ...given(12) })).toMatchObject({ type: "succeeded", output: "12" });
    expect(await attempt({ config, ...given("twelve") })).toMatchObject({
      type: "in_doubt",
      reason: expect.stringMatching(/^the person who answered gave something that is no result: .*no number/),
    });
    expect(runs()).toBe(0);
  });
});

describe("a failed attempt had certainly no effect", () => {
  const failing = (error: Error, more: object = {}) =>
    attempt({
      config: { actions: [{ name: "act", run: () => Promise.reject(error) }] },
      command: more,
    });

  test("when the action says so, and not when it only failed", async () => {
    expect(await failing(new RetryableError("busy"))).toMatchObject({ noEffect: true });
    expect(await failing(new NonRetryableError("no card", { noEffect: true }))).toMatchObject({
      noEffect: true,
    });
    expect(await failing(new NonRetryableError("lost"))).not.toHaveProperty("noEffect");
    expect(await failing(new Error("lost"))).not.toHaveProperty("noEffect");
    expect(await failing(new RunfleetError("internal", "lost"))).not.toHaveProperty("noEffect");
  });

  test("when it never began, unless one before it may have", async () => {
    expect(await attempt({})).toMatchObject({ error: { code: "action_not_found" }, noEffect: true });
    const later = await attempt({ command: { mayHaveRun: true } });
    expect(later).toMatchObject({ error: { code: "action_not_found" } });
    expect(later).not.toHaveProperty("noEffect");
  });
});
