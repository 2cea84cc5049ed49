import { describe, expect, it } from "vitest";
import { agentKey, definitionSchema } from "./definition.js";
import { isRunfleetError, RunfleetError } from "./error.js";
import { errorCodes } from "./error-codes.js";
import { isEnded, mayBecome, runStatuses, runTransitions } from "./status.js";
import { addUsage, zeroTotals } from "./usage.js";

describe("run status", () => {
  it("ends in completed, failed and cancelled only", () => {
    expect(runStatuses.filter(isEnded)).toEqual(["completed", "failed", "cancelled"]);
  });

  it("may stay, may go where the table says, and nowhere else", () => {
    for (const from of runStatuses) {
      for (const to of runStatuses) {
        expect(mayBecome(from, to)).toBe(from === to || runTransitions[from].includes(to));
      }
    }
    expect(runTransitions.completed).toEqual([]);
    expect(runTransitions.cancelled).toEqual([]);
    expect(mayBecome("failed", "pending")).toBe(true);
    expect(mayBecome("cancelling", "running")).toBe(false);
  });
});

describe("totals", () => {
  it("add what is there and leave the rest", () => {
    const once = addUsage(zeroTotals(), { costUsd: 0.5, inputTokens: 10, durationMs: 7 });
    expect(
      addUsage(once, {
        costUsd: 0.25,
        outputTokens: 3,
        cacheReadInputTokens: 2,
        cacheCreationInputTokens: 1,
      }),
    ).toEqual({
      costUsd: 0.75,
      turns: 0,
      durationMs: 7,
      inputTokens: 10,
      outputTokens: 3,
      cacheReadInputTokens: 2,
      cacheCreationInputTokens: 1,
      hasLlmMetrics: true,
    });
  });

  it("are no LLM figures when only time was spent", () => {
    expect(addUsage(zeroTotals(), { durationMs: 5 }).hasLlmMetrics).toBe(false);
  });
});

describe("error", () => {
  it("is known across package copies, by a symbol and not by class", () => {
    const error = new RunfleetError("too_large", "inputs are too large", { details: { bytes: 9 } });
    expect(isRunfleetError(error)).toBe(true);
    expect(error).toMatchObject({ code: "too_large", retryable: false, details: { bytes: 9 } });
    expect(isRunfleetError(new Error("other"))).toBe(false);
    expect(isRunfleetError(undefined)).toBe(false);
  });

  it("keeps its cause and answers with exit codes people know", () => {
    expect(new RunfleetError("internal", "x", { cause: "y" }).cause).toBe("y");
    expect(new RunfleetError("redis_unavailable", "x").retryable).toBe(true);
    expect(Object.values(errorCodes).every(({ exitCode }) => exitCode >= 1 && exitCode <= 5)).toBe(true);
  });
});

describe("definition", () => {
  it("has equal JSON for equal definitions, in the schema's order of members", () => {
    const node = {
      with: [],
      pluginDirs: [],
      retries: 0,
      agent: { value: "plan", kind: "name" },
      kind: "call",
    };
    const parsed = definitionSchema.parse({
      ...{ always: [], body: [node], inputs: [], targets: [], trigger: "manual", description: "", name: "w" },
    });
    expect(JSON.stringify(parsed)).toBe(
      '{"name":"w","description":"","trigger":"manual","targets":[],"inputs":[],"body":[{"kind":"call","agent":{"kind":"name","value":"plan"},"retries":0,"with":[],"pluginDirs":[]}],"always":[]}',
    );
  });

  it.each([
    [{ kind: "name", value: "plan" }, "plan"],
    [{ kind: "path", value: ".agents/plan.md" }, "plan"],
    [{ kind: "path", value: "plan" }, "plan"],
    [{ kind: "path", value: "a/.hidden" }, ".hidden"],
  ] as const)("calls an agent %j by the key %s", (agent, key) => {
    expect(agentKey(agent)).toBe(key);
  });
});
