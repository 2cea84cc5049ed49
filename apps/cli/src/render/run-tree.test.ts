import { type HistoryEvent, type RunDocument, type StepDocument, zeroTotals } from "@runfleet/model";
import pc from "picocolors";
import { describe, expect, test } from "vitest";
import { eventLine } from "./event-line.js";
import { renderRun } from "./run-tree.js";
import { renderTable } from "./table.js";
import { elapsed, oneLine, shortTime, timeSpan, waitingFor } from "./words.js";

const colours = pc.createColors(false);
const now = Date.parse("2026-01-01T00:10:00Z");

function step(more: Partial<StepDocument>): StepDocument {
  return {
    address: "b.0",
    name: "plan",
    kind: "call",
    status: "completed",
    attempt: 1,
    iteration: 0,
    markers: [],
    context: null,
    output: null,
    error: null,
    childRunId: null,
    startedAt: "2026-01-01T00:00:00Z",
    endedAt: "2026-01-01T00:00:02Z",
    usage: null,
    progress: null,
    ...more,
  };
}

const run: RunDocument = {
  id: "R1",
  workflow: "review",
  status: "waiting",
  inputs: {},
  label: "pr 7",
  generation: 1,
  owner: null,
  blockedOn: [
    {
      type: "gate",
      address: "b.2",
      name: "ok",
      gateType: "human_approval",
      deadline: "2026-01-01T00:10:01Z",
      since: "2026-01-01T00:10:00Z",
    },
  ],
  totals: { ...zeroTotals(), hasLlmMetrics: true, costUsd: 0.5, turns: 2, inputTokens: 10, outputTokens: 20 },
  error: null,
  summary: null,
  createdAt: "2026-01-01T00:00:00Z",
  startedAt: "2026-01-01T00:00:00Z",
  endedAt: null,
  parentId: null,
  children: [],
  dryRun: true,
  depth: 0,
  recoveries: 0,
  steps: [
    step({ markers: ["ready", "big"] }),
    step({
      address: "b.1.0@1.0",
      name: "fix",
      status: "failed",
      attempt: 1,
      iteration: 1,
      error: { code: "x", message: "first" },
    }),
    step({
      address: "b.1.0@1.0",
      name: "fix",
      status: "failed",
      attempt: 2,
      iteration: 1,
      error: { code: "step_failed", message: "no\nluck" },
    }),
    step({ address: "b.2", name: "ok", kind: "gate", status: "waiting", endedAt: null }),
  ],
};

describe("a run for people", () => {
  test("shows what it waits for, its steps indented, only last attempts, and what was spent", () => {
    expect(renderRun(run, { colours, now, columns: 80 })).toBe(
      [
        "◷ review  R1  waiting  10m00s  pr 7  dry run",
        "  waits for gate ok (until 00:10:01Z)",
        "  ✓ plan  call  2.0s  [ready big]",
        "      ✗ fix  call  2.0s  attempt 2  iteration 1",
        "          step_failed: no",
        "  ◷ ok  gate  10m00s",
        "  0.5000 USD  2 turns  10 tokens in, 20 out",
      ].join("\n"),
    );
  });

  test.each([
    [
      { type: "sleep", address: "b.0", name: "nap", until: "2026-01-01T00:20:00.000Z" },
      "nap (until 00:20:00Z)",
    ],
    [
      { type: "retry", address: "b.0", name: "fix", attempt: 2, until: "2026-01-02T00:20:00.000Z" },
      "attempt 2 of fix (2026-01-02T00:20Z)",
    ],
  ] as const)("says until when a run waits: %j", (blocked, text) => {
    expect(waitingFor(blocked, now)).toBe(text);
  });

  test("has no colour where there is none, and columns that line up", () => {
    expect(renderTable(["A", "LONG"], [["xyz", "1"]], colours)).toBe("A    LONG\nxyz  1");
  });
});

describe("an event for people", () => {
  test("is one line with time, type, place, details and error", () => {
    const event: HistoryEvent = {
      type: "step.failed",
      id: "1-0",
      at: now,
      address: "b.0",
      name: "plan",
      attempt: 2,
      error: { code: "timeout", message: "too slow\nreally" },
    };
    expect(eventLine(event, colours)).toBe(
      "00:10:00.000  step.failed          b.0 plan  attempt=2  timeout: too slow",
    );
  });
});

describe("small words", () => {
  test("for spans of time", () => {
    expect([0, 1_250, 12_400, 190_000, 7_500_000, 400_000_000].map(timeSpan)).toEqual([
      "0.0s",
      "1.3s",
      "12s",
      "3m10s",
      "2h05m",
      "4d",
    ]);
    expect(elapsed({ startedAt: null, endedAt: null }, now)).toBe("");
  });

  test("for times near and far, and for long texts", () => {
    expect(shortTime(now + 60_000, now)).toBe("00:11:00Z");
    expect(shortTime(now + 90_000_000, now)).toBe("2026-01-02T01:10Z");
    expect(shortTime(now + 86_399_000, now)).toBe("2026-01-02T00:09Z");
    expect(oneLine("first\nsecond", 20)).toBe("first");
    expect(oneLine("abcdef", 4)).toBe("abc…");
  });
});
