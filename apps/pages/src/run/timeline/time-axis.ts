/**
 * The time that a timeline shows, and the marks above it. An hour at a gate would press a minute of work into a line, so
 * long times in which nothing was at work can be shortened. Pure; epoch milliseconds.
 */
import type { RunDocument } from "@runfleet/model";
import type { TimelineRow } from "./timeline-rows";

export interface TimeAxis {
  readonly from: number;
  readonly until: number;
  /** Absent once the run has ended. */
  readonly now?: number;
  /** Distances from the beginning. */
  readonly marksMs: readonly number[];
  /** One after the other without a gap; more than one where waits are shortened. */
  readonly pieces: readonly Piece[];
}

/** A part of the time, and where it lies in percent of the width. */
interface Piece {
  readonly from: number;
  readonly until: number;
  readonly begin: number;
  readonly end: number;
  /** False where nothing was at work, and the time is shortened. */
  readonly isWork: boolean;
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
  { now, isShortened }: { readonly now: number; readonly isShortened: boolean },
): TimeAxis {
  const span = spanOf(run, rows, now);
  const whole = [{ ...span, weight: span.until - span.from, isWork: true }];
  const pieces = placed(isShortened ? shortened(span, workTimes(rows, span)) : whole);
  const marksMs = pieces.length === 1 ? evenMarks(span) : pieceMarks(pieces);
  return { ...span, ...(run.endedAt === null ? { now } : {}), marksMs, pieces };
}

/** The share of the time in which something was at work; 1 when nothing was. */
export function workShare(rows: readonly TimelineRow[], axis: Pick<TimeAxis, "from" | "until">): number {
  const times = workTimes(rows, axis);
  const worked = times.reduce((sum, { from, until }) => sum + until - from, 0);
  return worked === 0 ? 1 : worked / (axis.until - axis.from);
}

interface Span {
  readonly from: number;
  readonly until: number;
}

function spanOf(
  run: Pick<RunDocument, "createdAt" | "startedAt" | "endedAt">,
  rows: readonly TimelineRow[],
  now: number,
): Span {
  const from = Date.parse(run.startedAt ?? run.createdAt);
  if (run.endedAt !== null) return { from, until: Math.max(from + 1, Date.parse(run.endedAt)) };
  const past = Math.max(1, now - from);
  const planned = rows.flatMap(({ segments }) => segments.filter(({ isPlanned }) => isPlanned));
  const last = planned.reduce((latest, { until = now }) => Math.max(latest, until), now);
  const until = Math.min(last, now + Math.max(past, aheadMinMs));
  return { from, until: Math.max(until, from + past) };
}

/** When actions, scripts or runs below were at work, in order and without overlaps. */
function workTimes(rows: readonly TimelineRow[], span: Span): readonly Span[] {
  const times = rows
    .flatMap(({ segments }) => segments.filter(({ kind }) => kind === "work" || kind === "child"))
    .map(({ from, until = span.until }) => ({
      from: Math.max(span.from, from),
      until: Math.min(span.until, until),
    }))
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; until: number }[] = [];
  for (const time of times) {
    const last = merged.at(-1);
    if (last !== undefined && time.from <= last.until) last.until = Math.max(last.until, time.until);
    else merged.push({ ...time });
  }
  return merged;
}

/** What a time without work may take at most, of all the work. */
const restShare = 1 / 8;

interface Part extends Span {
  readonly weight: number;
  readonly isWork: boolean;
}

function shortened(span: Span, times: readonly Span[]): readonly Part[] {
  const worked = times.reduce((sum, { from, until }) => sum + until - from, 0);
  const restMax = Math.max(1, worked * restShare);
  const rest = (from: number, until: number): Part => ({
    ...{ from, until, weight: Math.min(until - from, restMax), isWork: false },
  });
  const pieces = times.flatMap((time, index) => [
    rest(times[index - 1]?.until ?? span.from, time.from),
    { ...time, weight: time.until - time.from, isWork: true },
  ]);
  return [...pieces, rest(times.at(-1)?.until ?? span.from, span.until)].filter(({ weight }) => weight > 0);
}

function placed(parts: readonly Part[]): readonly Piece[] {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  let done = 0;
  return parts.map(({ from, until, weight, isWork }) => {
    const begin = (done / total) * 100;
    done += weight;
    return { from, until, begin, end: (done / total) * 100, isWork };
  });
}

function evenMarks({ from, until }: Span): readonly number[] {
  const span = until - from;
  const step = steps.find((one) => span / one <= marksMax) ?? span;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}

/** In percent, for the text of a mark. */
const markRoom = 13;

/** Where work begins, as far as there is room. */
function pieceMarks(pieces: readonly Piece[]): readonly number[] {
  const first = pieces[0]?.from ?? 0;
  let room = 0;
  return pieces.flatMap(({ from, begin, isWork }) => {
    if (begin < room || !isWork) return [];
    room = begin + markRoom;
    return [from - first];
  });
}

/** Where a time lies, in percent of the width. */
export function placeOf({ pieces }: TimeAxis, at: number): number {
  const piece = pieces.find(({ until }) => at <= until) ?? pieces.at(-1);
  if (piece === undefined) return 0;
  const { from, until, begin, end } = piece;
  const share = Math.min(1, Math.max(0, (at - from) / (until - from)));
  return begin + share * (end - begin);
}
