/** What of a run becomes which bar, and the axis that the bars lie on. */
import type { RunDocument } from "@runfleet/model";
import { expect, test } from "vitest";
import { placeOf, timeAxis, workShare } from "./time-axis.js";
import { itemSegments, timelineRows } from "./timeline-rows.js";

const at = (second: number): string => new Date(second * 1_000).toISOString();

function rowsOf(steps: readonly object[], blockedOn: readonly object[] = []) {
  return timelineRows({ steps, blockedOn } as unknown as RunDocument);
}

/** `kind from-until` in seconds, `…` where it goes on, `?` where it is planned. */
function drawn(rows: ReturnType<typeof rowsOf>): string[][] {
  return rows.map(({ segments }) =>
    segments.map(({ kind, from, until, isPlanned }) =>
      [kind, ` ${from / 1_000}-`, until === undefined ? "…" : until / 1_000, isPlanned ? "?" : ""].join(""),
    ),
  );
}

test("attempts of a step are one row, with the pauses between them; the next one is planned", () => {
  const step = { address: "b.0", kind: "call", status: "failed" };
  const rows = rowsOf(
    [
      { ...step, attempt: 1, startedAt: at(1), endedAt: at(2) },
      { ...step, attempt: 2, startedAt: at(5), endedAt: at(6) },
    ],
    [{ type: "retry", address: "b.0", name: "x", attempt: 3, until: at(14) }],
  );
  expect(drawn(rows)).toEqual([["work 1-2", "backoff 2-5", "work 5-6", "backoff 6-14?"]]);
  expect(rows[0]?.newest.attempt).toBe(2);
});

test("work, child runs and waits are told apart; what has not begun has no bar", () => {
  const steps = [
    { address: "b.0", kind: "script", startedAt: at(0), endedAt: at(1) },
    { address: "b.1", kind: "child", startedAt: at(1), endedAt: at(3) },
    { address: "b.2.0@1.0", kind: "gate", startedAt: at(3), endedAt: null },
    { address: "b.3", kind: "sleep", startedAt: at(3), endedAt: null },
    { address: "b.4", kind: "call", startedAt: null, endedAt: null },
  ].map((step) => ({ ...step, attempt: 1, status: "waiting" }));
  const rows = rowsOf(steps, [{ type: "sleep", address: "b.3", name: "nap", until: at(60) }]);
  expect(drawn(rows)).toEqual([["work 0-1"], ["child 1-3"], ["wait 3-…"], ["wait 3-…", "wait 3-60?"], []]);
  expect(rows.map(({ depth }) => depth)).toEqual([0, 0, 2, 0, 0]);
});

test("a run of an item is one bar from its beginning to its end, and none before", () => {
  const item = { status: "completed", startedAt: at(2), endedAt: at(5) } as const;
  expect(itemSegments(item)).toEqual([
    { kind: "child", status: "completed", from: 2_000, until: 5_000, isPlanned: false },
  ]);
  expect(itemSegments({ ...item, status: "cancelling", endedAt: null })).toEqual([
    { kind: "child", status: "running", from: 2_000, isPlanned: false },
  ]);
  expect(itemSegments({ status: "pending", startedAt: null, endedAt: null })).toEqual([]);
});

test("the axis ends with the run; of an open one it shows what is planned, as far as what was", () => {
  const run = { createdAt: at(0), startedAt: at(0), endedAt: at(30) };
  expect(timeAxis(run, [], { now: 99_000, isShortened: false })).toMatchObject({
    ...{ from: 0, until: 30_000 },
    marksMs: [0, 10_000, 20_000, 30_000],
  });
  const nap = {
    address: "b.0",
    kind: "sleep",
    attempt: 1,
    status: "waiting",
    startedAt: at(0),
    endedAt: null,
  };
  const until = (second: number) => {
    const rows = rowsOf([nap], [{ type: "sleep", address: "b.0", name: "nap", until: at(second) }]);
    return timeAxis({ ...run, endedAt: null }, rows, { now: 20_000, isShortened: false });
  };
  expect(until(25)).toMatchObject({ until: 25_000, now: 20_000 });
  expect(until(86_400)).toMatchObject({ until: 40_000 });
  expect(placeOf(until(25), 12_500)).toBe(50);
});

test("shortened, an hour at a gate takes an eighth of the work around it", () => {
  const step = { attempt: 1, status: "completed" };
  const rows = rowsOf([
    { ...step, address: "b.0", kind: "script", startedAt: at(0), endedAt: at(30) },
    { ...step, address: "b.1", kind: "call", startedAt: at(10), endedAt: at(40) },
    { ...step, address: "b.2", kind: "gate", startedAt: at(40), endedAt: at(3_640) },
    { ...step, address: "b.3", kind: "call", startedAt: at(3_640), endedAt: at(3_680) },
  ]);
  const run = { createdAt: at(0), startedAt: at(0), endedAt: at(3_680) };
  const axis = timeAxis(run, rows, { now: 0, isShortened: true });
  expect(axis.pieces.map(({ begin, end }) => Math.round(end - begin))).toEqual([44, 11, 44]);
  expect([0, 40, 3_640, 3_680].map((second) => Math.round(placeOf(axis, second * 1_000)))).toEqual([
    0, 44, 56, 100,
  ]);
  expect(axis.marksMs).toEqual([0, 3_640_000]);
  expect(workShare(rows, axis)).toBeCloseTo(80 / 3_680);
  const waiting = rowsOf([{ ...step, address: "b.0", kind: "gate", startedAt: at(0), endedAt: null }]);
  expect(timeAxis(run, waiting, { now: 0, isShortened: true }).pieces).toHaveLength(1);
  expect(workShare(waiting, axis)).toBe(1);
});
