/** What bars can show, and the days of a range. Pure. */
import type { UsageRow } from "@runfleet/client";
import { count, dollars } from "../words";

export type Sums = Omit<UsageRow, "day" | "workflow">;

export const measures = {
  cost: { text: "cost", of: ({ costUsd }: Sums) => costUsd, shown: dollars },
  tokens: {
    text: "tokens in and out",
    of: ({ inputTokens, outputTokens }: Sums) => inputTokens + outputTokens,
    shown: count,
  },
  runs: { text: "runs that ended", of: runsOf, shown: count },
} as const;

export type Measure = keyof typeof measures;
export const measureNames = Object.keys(measures) as readonly Measure[];

export function isMeasure(text: string): text is Measure {
  return Object.hasOwn(measures, text);
}

export function runsOf({ runs }: Sums): number {
  return runs.completed + runs.failed + runs.cancelled;
}

/** Days in UTC, the last one that of `now`. */
export function daysUpTo(now: number, length: number): readonly string[] {
  return Array.from({ length }, (_, index) =>
    new Date(now - (length - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** The server's name for those without rows of their own is a sign. */
export function nameOf(workflow: string | null): string {
  return workflow === "*" ? "all others" : (workflow ?? "");
}
