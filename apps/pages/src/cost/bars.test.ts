import { expect, test } from "vitest";
import { toBars } from "./bars.js";

function row(day: string, workflow: string, costUsd: number) {
  const none = { turns: 0, durationMs: 0, inputTokens: 0, outputTokens: 0 };
  const cache = { cacheReadInputTokens: 0, cacheCreationInputTokens: 0 };
  return { day, workflow, costUsd, ...none, ...cache, runs: { completed: 1, failed: 0, cancelled: 0 } };
}

test("the workflow that cost most lies at the bottom of every bar, all others at the top", () => {
  const rows = [row("d1", "small", 1), row("d1", "*", 9), row("d3", "large", 3), row("d3", "small", 1)];
  const { workflows, bars } = toBars([...rows, row("d3", "free", 0)], {
    days: ["d1", "d2", "d3"],
    measure: "cost",
  });
  expect(workflows).toEqual(["large", "small", "*"]);
  expect(bars).toEqual([
    [
      { workflow: "small", value: 1, from: 0 },
      { workflow: "*", value: 9, from: 1 },
    ],
    [],
    [
      { workflow: "large", value: 3, from: 0 },
      { workflow: "small", value: 1, from: 3 },
    ],
  ]);
  expect(toBars(rows, { days: ["d1"], measure: "runs" }).bars).toHaveLength(1);
});
