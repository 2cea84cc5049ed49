/** What workflows used, for people: a table of workflows with their sum, and the days with bars. Pure. */
import type { UsageDocument, UsageRow } from "@runfleet/client";
import { otherWorkflows } from "@runfleet/model";
import type { Colours } from "../terminal.js";
import { renderTable } from "./table.js";
import { timeSpan } from "./words.js";

type Sums = UsageDocument["totals"];

const barWidth = 30;

/** Two tables. */
export function usageLines(
  { workflows, days }: { readonly workflows: UsageDocument; readonly days: UsageDocument },
  colours: Colours,
): readonly string[] {
  const head = [
    "WORKFLOW",
    "USD",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "TURNS",
    "TOKENS IN",
    "OUT",
    "FROM CACHE",
    "INTO CACHE",
    "WORK",
  ];
  const rows = workflows.rows.map((row) => [nameOf(row), ...cellsOf(row)]);
  const total = ["total", ...cellsOf(workflows.totals)].map((cell) => colours.bold(cell));
  return [
    renderTable(head, [...rows, total], colours),
    renderTable(["DAY", "USD", "RUNS", ""], dayRows(days), colours),
  ];
}

function nameOf({ workflow }: UsageRow): string {
  return workflow === otherWorkflows ? "(others)" : (workflow ?? "");
}

function cellsOf(sums: Sums): string[] {
  const { completed, failed, cancelled } = sums.runs;
  const { turns, inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens } = sums;
  return [
    sums.costUsd.toFixed(4),
    ...[completed, failed, cancelled, turns, inputTokens, outputTokens].map(String),
    ...[cacheReadInputTokens, cacheCreationInputTokens].map(String),
    timeSpan(sums.durationMs),
  ];
}

/** Bars show money; where nothing cost anything, runs. */
function dayRows({ rows, totals }: UsageDocument): string[][] {
  const height = (sums: Sums): number => (totals.costUsd > 0 ? sums.costUsd : runsOf(sums));
  const highest = Math.max(...rows.map(height));
  return rows.map((row) => [
    row.day ?? "",
    row.costUsd.toFixed(4),
    String(runsOf(row)),
    bar(height(row), highest),
  ]);
}

function runsOf({ runs }: Sums): number {
  return runs.completed + runs.failed + runs.cancelled;
}

/** A day with anything at all has at least a sliver. */
function bar(value: number, highest: number): string {
  if (value <= 0) return "";
  const eighths = Math.max(1, Math.round((value / highest) * barWidth * 8));
  const rest = eighths % 8;
  return "█".repeat(Math.floor(eighths / 8)) + (rest === 0 ? "" : String.fromCharCode(0x2590 - rest));
}
