import type { LocalCommand, RunAction, RunRecord, WorkerEvent } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { silentLog, silentRunLog } from "../../../test/support/silent-log.js";
import type { AnyAction } from "./action.js";
import { defineAction, NonRetryableError } from "./action.js";
import { systemClock } from "./clock.js";
import { createLocalWork, type LocalWork } from "./local-work.js";
import { createQuickActions } from "./quick-actions.js";
import { createRedactor } from "./redactor.js";
import { createRegistry } from "./registry.js";

/** Local work with these actions, and a way to await its events one by one. */
function workWith(
  actions: AnyAction[],
  parallelMax = 8,
  secrets: Readonly<Record<string, string>> = {},
): { work: LocalWork; next: () => Promise<WorkerEvent> } {
  const ready: WorkerEvent[] = [];
  const waiting: ((event: WorkerEvent) => void)[] = [];
  const work = createLocalWork({
    context: {
      run: { id: "RUN" } as RunRecord,
      fence: { runId: "RUN", generation: 7, nonce: "n" },
      registry: createRegistry({ actions }),
      scriptEnv: undefined,
      workingDir: () => "/",
      logDir: "/",
      log: silentLog,
      runLog: silentRunLog,
      redactor: createRedactor(secrets),
      killGraceMs: 10,
      traceHeaders: {},
      clock: systemClock,
      holdsRun: () => true,
    },
    parallelMax,
    quickActions: createQuickActions(),
    onEnded(event) {
      const reader = waiting.shift();
      if (reader === undefined) ready.push(event);
      else reader(event);
    },
  });
  const next = (): Promise<WorkerEvent> => {
    const event = ready.shift();
    return event === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(event);
  };
  return { work, next };
}

function start(work: LocalWork, command: LocalCommand): void {
  work.add(command);
  work.begin();
}

function action(name: string, address = "b.0", more: Partial<RunAction> = {}): RunAction {
  return {
    ...{
      type: "runAction",
      address,
      attempt: 1,
      retriesRemaining: 0,
      variables: { pr: "7" },
      timeoutMs: 1_000,
    },
    ...{ dryRun: false, action: name, with: [], pluginDirs: [] },
    node: { kind: "call", agent: { kind: "name", value: name }, retries: 0, with: [], pluginDirs: [] },
    ...more,
  } as RunAction;
}

const untilAborted: AnyAction = {
  name: "slow",
  run: ({ signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))),
};

describe("local work", () => {
  it("tells an action who it is and hands its result on", async () => {
    const seen: unknown[] = [];
    const echo = defineAction({
      name: "echo",
      async run({ idempotencyKey, fencingToken, variables, attempt }) {
        seen.push({ idempotencyKey, fencingToken, pr: variables["pr"], attempt });
        return { markers: ["ok"], context: "c", output: { n: 1 }, usage: { costUsd: 0.5 } };
      },
    });
    const { work, next } = workWith([echo]);
    start(work, action("echo"));
    expect(await next()).toMatchObject({
      ...{ type: "attemptEnded", address: "b.0", attempt: 1 },
      outcome: {
        type: "succeeded",
        markers: ["ok"],
        context: "c",
        output: '{"n":1}',
        usage: { costUsd: 0.5 },
      },
    });
    expect(seen).toEqual([{ idempotencyKey: "RUN:b.0", fencingToken: "7", pr: "7", attempt: 1 }]);
    expect(work.size).toBe(0);
  });

  it.each([
    ["not registered", "gone", { code: "action_not_found" }, false],
    ["refused by the input schema", "typed", { code: "invalid_input" }, false],
    ["final by its own word", "final", { message: "no" }, false],
    ["an ordinary failure", "plain", { message: "maybe later" }, true],
    ["an output that does not fit", "shapeless", { code: "step_failed" }, true],
  ])("makes an outcome of an action that is %s", async (_, name, error, retryable) => {
    const refuse = { safeParse: () => ({ success: false as const, error: { message: "does not fit" } }) };
    const fail = (problem: Error) => () => Promise.reject(problem);
    const { work, next } = workWith([
      { name: "typed", input: refuse, run: () => Promise.resolve({}) },
      { name: "final", run: fail(new NonRetryableError("no")) },
      { name: "plain", run: fail(new Error("maybe later")) },
      { name: "shapeless", output: refuse, run: () => Promise.resolve({ output: 1 }) },
    ]);
    start(work, action(name));
    expect(await next()).toMatchObject({ outcome: { type: "failed", error, retryable } });
  });

  it.each([
    ["markers that are no texts", { markers: [1, null] }, "markers.0"],
    ["a context that is no text", { context: { x: 1 } }, "context"],
    ["usage that is no number", { usage: { costUsd: Number.NaN } }, "usage.costUsd"],
    ["negative usage", { usage: { inputTokens: -5 } }, "usage.inputTokens"],
  ])("fails an attempt that returns %s, and says where", async (_, result, where) => {
    const { work, next } = workWith([{ name: "odd", run: () => Promise.resolve(result as never) }]);
    start(work, action("odd"));
    expect(await next()).toMatchObject({
      outcome: {
        type: "failed",
        retryable: false,
        error: { code: "invalid_output", message: expect.stringContaining(where) },
      },
    });
  });

  it("masks what a step says, and never which step ended and how", async () => {
    const words = ["deploy", "failed", "succeeded", "attemptEnded", "outcome", "durationMs", "120000"];
    const secrets = Object.fromEntries(words.map((word) => [word, word]));
    const usage = { durationMs: 120_000, costUsd: 1 };
    const actions: AnyAction[] = [
      { name: "says", run: async () => ({ context: "deploy it", output: { usage: 120_000 }, usage }) },
      { name: "breaks", run: () => Promise.reject(new Error("deploy failed")) },
    ];
    const { work, next } = workWith(actions, 8, secrets);
    start(work, action("says", "deploy.0"));
    expect(await next()).toMatchObject({
      ...{ type: "attemptEnded", address: "deploy.0", attempt: 1 },
      outcome: { type: "succeeded", context: "*** it", output: '{"usage":"***"}', usage: { costUsd: 1 } },
    });
    start(work, action("breaks", "deploy.1"));
    expect(await next()).toMatchObject({
      ...{ type: "attemptEnded", address: "deploy.1" },
      outcome: { type: "failed", error: { code: "step_failed", message: "*** ***" }, retryable: true },
    });
  });

  it("aborts one attempt and leaves the others alone", async () => {
    const { work, next } = workWith([untilAborted]);
    start(work, action("slow", "b.0"));
    start(work, action("slow", "b.1"));
    start(work, { type: "abortAttempt", address: "b.1", attempt: 1, reason: "timeout" });
    expect(await next()).toMatchObject({ address: "b.1", outcome: { type: "cancelled", reason: "timeout" } });
    expect(work.size).toBe(1);
    work.abortAll("lease_lost");
    expect(await next()).toMatchObject({
      address: "b.0",
      outcome: { type: "cancelled", reason: "lease_lost" },
    });
  });

  it("runs no more at once than it may; the rest waits in order and can be aborted unbegun", async () => {
    const quick: AnyAction = { name: "quick", run: () => Promise.resolve({}) };
    const { work, next } = workWith([untilAborted, quick], 1);
    start(work, action("slow", "b.0"));
    start(work, action("quick", "b.1"));
    start(work, action("quick", "b.2"));
    expect(work.size).toBe(3);
    start(work, { type: "abortAttempt", address: "b.1", attempt: 1, reason: "fail_fast" });
    expect(await next()).toMatchObject({
      address: "b.1",
      outcome: { type: "cancelled", reason: "fail_fast" },
    });
    start(work, { type: "abortAttempt", address: "b.0", attempt: 1, reason: "cancelled" });
    const ends = [await next(), await next()];
    expect(ends).toMatchObject([{ address: "b.0" }, { address: "b.2", outcome: { type: "succeeded" } }]);
  });

  it("begins nothing while it pauses, not even when something ends, and never what was aborted meanwhile", async () => {
    const begun: string[] = [];
    const noting = (name: string): AnyAction => ({
      name,
      run: async () => {
        begun.push(name);
        return {};
      },
    });
    const { work, next } = workWith([untilAborted, noting("unwanted"), noting("wanted")]);
    start(work, action("slow", "b.0"));
    work.pause();
    for (const command of [action("unwanted", "b.1"), action("wanted", "b.2")]) work.add(command);
    work.add({ type: "abortAttempt", address: "b.0", attempt: 1, reason: "cancelled" });
    expect(await next()).toMatchObject({ address: "b.0" });
    work.add({ type: "abortAttempt", address: "b.1", attempt: 1, reason: "cancelled" });
    expect(await next()).toMatchObject({ address: "b.1", outcome: { type: "cancelled" } });
    expect([begun, work.size]).toEqual([[], 1]);
    work.begin();
    expect(await next()).toMatchObject({ address: "b.2", outcome: { type: "succeeded" } });
    expect(begun).toEqual(["wanted"]);
  });

  it("survives an action that throws a value without a text", async () => {
    const { work, next } = workWith([{ name: "odd", run: () => Promise.reject(Object.create(null)) }]);
    start(work, action("odd"));
    expect(await next()).toMatchObject({ outcome: { type: "failed", error: { code: "step_failed" } } });
  });

  it("answers a list of items with what is wrong when there is no such provider", async () => {
    const { work, next } = workWith([]);
    const node = { kind: "foreach", name: "each", over: "nowhere" } as never;
    start(work, { type: "collectItems", address: "b.0", attempt: 1, node, filter: {} });
    expect(await next()).toMatchObject({
      type: "itemsFailed",
      error: {
        code: "items_failed",
        message: expect.stringContaining('"nowhere" (this worker has: json, range, workflow_runs)'),
      },
    });
  });
});
