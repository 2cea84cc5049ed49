/** The time that a timeline shows, and the marks above it. Pure; epoch milliseconds. */
import type { RunDocument } from "@runfleet/model";
import type { TimelineRow } from "./timeline-rows";

export interface TimeAxis {
  readonly from: number;
  readonly until: number;
  /** Absent once the run has ended. */
  readonly now?: number;
  /** Distances from the beginning. */
  readonly marksMs: readonly number[];
}

/** As many as a narrow screen has room for. */
const marksMax = 4;
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Distances between marks that people count in. */
const steps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].map((count) => count * day),
];
/** What comes is shown as far as what was: a sleep of a week must not press an hour of work into a line. */
const aheadMinMs = 5 * second;

export function timeAxis(
  run: Pick<RunDocument, "createdAt" | "startedAt" | "endedAt">,
  rows: readonly TimelineRow[],
  now: number,
): TimeAxis {
  const from = Date.parse(run.startedAt ?? run.createdAt);
  if (run.endedAt !== null) return withMarks({ from, until: Math.max(from + 1, Date.parse(run.endedAt)) });
  const past = Math.max(1, now - from);
  const planned = rows.flatMap(({ segments }) => segments.filter(({ isPlanned }) => isPlanned));
  const last = planned.reduce((latest, { until = now }) => Math.max(latest, until), now);
  const until = Math.min(last, now + Math.max(past, aheadMinMs));
  return withMarks({ from, until: Math.max(until, from + past), now });
}

function withMarks(axis: Omit<TimeAxis, "marksMs">): TimeAxis {
  const span = axis.until - axis.from;
  const step = steps.find((one) => span / one <= marksMax) ?? span;
  return {
    ...axis,
    marksMs: Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step),
  };
}

/** Where a time lies, as a share of the axis in percent. */
export function placeOf({ from, until }: TimeAxis, at: number): number {
  return Math.min(100, Math.max(0, ((at - from) / (until - from)) * 100));
}
