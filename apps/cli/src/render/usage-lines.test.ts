/** What people see of usage. */
import type { UsageDocument } from "@runfleet/client";
import pc from "picocolors";
import { expect, test } from "vitest";
import { usageLines } from "./usage-lines.js";

const colours = pc.createColors(false);

function sums(costUsd: number, completed: number): UsageDocument["totals"] {
  const tokens = { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3, cacheCreationInputTokens: 4 };
  return { costUsd, turns: 5, durationMs: 65_000, ...tokens, runs: { completed, failed: 1, cancelled: 0 } };
}

function shown(days: readonly UsageDocument["totals"][]): string[] {
  const range = {
    from: "2026-11-28",
    to: "2026-11-30",
    totals: sums(
      days.reduce((sum, { costUsd }) => sum + costUsd, 0),
      9,
    ),
  };
  return [
    ...usageLines(
      {
        workflows: {
          ...{ ...range, by: "workflow" },
          rows: [
            { day: null, workflow: "review", ...sums(1.5, 7) },
            { day: null, workflow: "*", ...sums(0.25, 2) },
          ],
        },
        days: {
          ...{ ...range, by: "day" },
          rows: days.map((day, index) => ({ day: `2026-11-${28 + index}`, workflow: null, ...day })),
        },
      },
      colours,
    ),
  ];
}

test("workflows with their sum, and days with bars as long as their cost", () => {
  const [workflows, days] = shown([sums(1, 1), sums(0, -1), sums(0.75, 1)]);
  expect(workflows).toMatchInlineSnapshot(`
    "WORKFLOW  USD     COMPLETED  FAILED  CANCELLED  TURNS  TOKENS IN  OUT  FROM CACHE  INTO CACHE  WORK
    review    1.5000  7          1       0          5      1          2    3           4           1m05s
    (others)  0.2500  2          1       0          5      1          2    3           4           1m05s
    total     1.7500  9          1       0          5      1          2    3           4           1m05s"
  `);
  expect(days).toMatchInlineSnapshot(`
    "DAY         USD     RUNS
    2026-11-28  1.0000  2     ██████████████████████████████
    2026-11-29  0.0000  0
    2026-11-30  0.7500  2     ██████████████████████▌"
  `);
});

test("where nothing cost anything, bars are as long as there were runs", () => {
  const [, days] = shown([sums(0, 3), sums(0, 1)]);
  expect(days?.split("\n").map((line) => (line.match(/[█-▏]/gu) ?? []).length)).toEqual([0, 30, 15]);
});
