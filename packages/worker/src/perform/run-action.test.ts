import { describe, expect, it } from "vitest";
import { type AttemptOptions, attempt, folderWith } from "../../../../test/support/worker/attempts.js";
import { type ActionContext, type AnyAction, NonRetryableError, RetryableError } from "../action.js";

const root = folderWith({
  "agents/act.md": "---\nmodel: small\n---\nHello {{name}}.",
  "schemas/verdict.yaml": "fields:\n  score: number\nmarkers:\n  good: score > 50\n",
});

function run(action: (context: ActionContext<unknown>) => unknown, more: AttemptOptions = {}) {
  const act = { name: "act", run: async (context: ActionContext<unknown>) => action(context) } as AnyAction;
  return attempt({ ...more, config: { ...(more.config ?? { root, schemas: "schemas" }), actions: [act] } });
}

const judged = { node: { output: "verdict" } };

describe("an action", () => {
  it("whose step has a schema gets it, and is held to it", async () => {
    const outcome = await run(({ schema, output }) => {
      expect([schema?.name, output]).toEqual(["verdict", "verdict"]);
      return { markers: ["own"], context: "own words", output: { score: 70, more: true } };
    }, judged);
    expect(outcome).toMatchObject({
      markers: ["good"],
      context: "own words",
      output: '{"score":70,"more":true}',
    });
  });

  it("that returns nothing for a schema has failed, and may try again", async () => {
    expect(await run(() => undefined, judged)).toMatchObject({
      type: "failed",
      retryable: true,
      error: { message: expect.stringContaining("structured output validation") },
    });
  });

  it("that costs something costs it when its output does not fit, too", async () => {
    const returned = { output: { score: "high" }, usage: { costUsd: 3, turns: 2 } };
    expect(await run(() => returned, judged)).toMatchObject({
      type: "failed",
      usage: { costUsd: 3, turns: 2 },
    });
    const output = { safeParse: () => ({ success: false as const, error: { message: "no" } }) };
    const act = { name: "act", output, run: async () => ({ output: 1, usage: { costUsd: 4 } }) };
    expect(await attempt({ config: { actions: [act] } })).toMatchObject({
      type: "failed",
      usage: { costUsd: 4 },
    });
  });

  it("whose worker has no schemas gets only the name", async () => {
    const outcome = await run(
      ({ schema, output }) => ({ markers: ["own"], context: `${schema} ${output}` }),
      {
        ...judged,
        config: { root },
      },
    );
    expect(outcome).toMatchObject({ type: "succeeded", markers: ["own"], context: "undefined verdict" });
  });

  it.each([
    [new NonRetryableError("no", { usage: { costUsd: 1 } }), { retryable: false, usage: { costUsd: 1 } }],
    [
      new RetryableError("later", { retryAfterMs: 5, usage: { turns: 2 } }),
      { retryAfterMs: 5, usage: { turns: 2 } },
    ],
    [new RetryableError("again"), { retryable: true }],
    [
      new RetryableError("odd", { usage: { costUsd: -1 } }),
      { retryable: true, usage: { durationMs: expect.any(Number) } },
    ],
  ])("that throws %s says by it what comes next and what was spent", async (error, members) => {
    const outcome = await run(() => {
      throw error;
    });
    expect(outcome).toMatchObject({ type: "failed", ...members });
  });

  it("can ask for its prompt", async () => {
    const outcome = await run(
      async ({ prompt }) => {
        const { text, role, model } = await prompt();
        return { context: `${role} ${model} ${/Hello Ann\./.test(text)}` };
      },
      { command: { variables: { name: "Ann" } } },
    );
    expect(outcome).toMatchObject({ context: "reviewer small true" });
  });

  it("that calls heartbeat ends there when it was told to stop", async () => {
    const abort = new AbortController();
    const outcome = await run(
      ({ heartbeat }) => {
        heartbeat();
        abort.abort("cancelled");
        heartbeat();
        return { markers: ["never"] };
      },
      { signal: abort.signal },
    );
    expect(outcome).toMatchObject({ type: "cancelled", reason: "cancelled" });
  });
});
