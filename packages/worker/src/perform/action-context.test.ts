/** What an action is told: everything of the run and of the step that it may need, and nothing it must look up. */
import type { Fence, RunAction, RunRecord } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { silentLog, silentRunLog } from "../../../../test/support/silent-log.js";
import type { ActionContext } from "../action.js";
import { systemClock } from "../clock.js";
import { createRedactor } from "../redactor.js";
import { createRegistry } from "../registry.js";
import type { PerformContext } from "./context.js";
import { runAction } from "./run-action.js";

const fence: Fence = { runId: "R2", generation: 42, nonce: "n" };

const command: RunAction = {
  type: "runAction",
  ...{ address: "b.2.0@1", attempt: 2, retriesRemaining: 1, retryError: "no luck", timeoutMs: 5_000 },
  ...{ variables: { whom: "you" }, dryRun: true, identity: "bot", action: "agents/fix.md", model: "large" },
  ...{ output: "finding", with: ["style", "own"], pluginDirs: ["run", "node"], gateFeedback: "ship it" },
  node: {
    ...{ kind: "call", agent: { kind: "path", value: "agents/fix.md" }, retries: 2, maxTurns: 7 },
    ...{ with: ["own"], pluginDirs: ["node"] },
  },
};

/** Runs an action that keeps its context. */
async function seen(
  run: Partial<RunRecord>,
  told: RunAction = command,
  signal = new AbortController().signal,
) {
  const contexts: ActionContext<unknown>[] = [];
  const fallback = {
    name: "any",
    run: (context: ActionContext<unknown>) => {
      contexts.push(context);
      return Promise.resolve({});
    },
  };
  const context: PerformContext = {
    run: { id: "R2", workflow: "review", depth: 0, triggeredByHook: false, ...run } as RunRecord,
    fence,
    registry: createRegistry({ fallback }),
    scriptEnv: undefined,
    workingDir: () => "/of/the/run",
    logDir: "/of/logs",
    log: silentLog,
    runLog: silentRunLog,
    redactor: createRedactor(),
    traceHeaders: {},
    clock: systemClock,
    holdsRun: () => true,
    killGraceMs: 1,
  };
  const outcome = await runAction(told, context, signal);
  return { outcome, told: contexts[0] };
}

describe("an action", () => {
  it("is told its run, its step, its attempt, the block's output and snippets, and who it acts as", async () => {
    const { told } = await seen({ label: "pr 7", parentId: "R1", depth: 1, triggeredByHook: true });
    expect(told).toMatchObject({
      ...{
        runId: "R2",
        workflow: "review",
        label: "pr 7",
        parentRunId: "R1",
        depth: 1,
        triggeredByHook: true,
      },
      ...{ address: "b.2.0@1", attempt: 2, retriesRemaining: 1, retryError: "no luck", timeoutMs: 5_000 },
      ...{ input: { whom: "you" }, variables: { whom: "you" }, dryRun: true, workingDir: "/of/the/run" },
      ...{ action: "agents/fix.md", model: "large", identity: "bot", maxTurns: 7, gateFeedback: "ship it" },
      ...{ output: "finding", with: ["style", "own"], pluginDirs: ["run", "node"] },
      ...{ idempotencyKey: "R2:b.2.0@1", fencingToken: "42" },
    });
  });

  it("finds what does not apply absent, not empty", async () => {
    const { model: _m, identity: _i, output: _o, gateFeedback: _g, retryError: _r, ...plain } = command;
    const { told } = await seen({}, {
      ...plain,
      node: { ...command.node, maxTurns: undefined },
    } as RunAction);
    const absent = [
      "label",
      "parentRunId",
      "model",
      "identity",
      "output",
      "gateFeedback",
      "retryError",
      "maxTurns",
    ];
    expect(absent.filter((name) => name in (told ?? {}))).toEqual([]);
  });
});
