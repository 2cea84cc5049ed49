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
    ordinal: 0,
    markers: [],
    context: null,
    output: null,
    resultText: null,
    error: null,
    childRunId: null,
    keptFrom: null,
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
  ownerToken: null,
  heartbeatAt: null,
  blockedOn: [
    {
      type: "gate",
      address: "b.2",
      name: "ok",
      gateType: "human_approval",
      prompt: "ship it?\nreally?",
      options: { now: "at once", later: "after the freeze" },
      deadline: "2026-01-01T00:10:01Z",
      since: "2026-01-01T00:10:00Z",
    },
  ],
  totals: { ...zeroTotals(), hasLlmMetrics: true, costUsd: 0.5, turns: 2, inputTokens: 10, outputTokens: 20 },
  error: null,
  summary: null,
  cancel: null,
  createdAt: "2026-01-01T00:00:00Z",
  readyAt: null,
  startedAt: "2026-01-01T00:00:00Z",
  endedAt: null,
  parentId: null,
  parentAddress: null,
  rootId: "R1",
  children: [],
  hasMoreChildren: false,
  definitionHash: "h",
  dryRun: true,
  failFast: true,
  stepTimeoutMs: 1_000,
  timeoutMs: null,
  model: null,
  identity: null,
  pluginDirs: [],
  triggeredByHook: false,
  pool: "default",
  priority: null,
  rerunOf: null,
  forkOf: null,
  schedule: null,
  scheduledFor: null,
  concurrency: null,
  rate: null,
  depth: 0,
  recoveries: 0,
  currentSteps: [],
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
  test("shows what it waits for, its steps indented with every attempt, and what was spent", () => {
    expect(renderRun(run, { colours, now, columns: 80, program: "runfleet" })).toBe(
      [
        "◷ review  R1  waiting  10m00s  pr 7  dry run",
        "  waits for gate ok (until 00:10:01Z)",
        "    ship it?",
        "    answer: runfleet approve R1 ok   (or reject; --select now,later)",
        "  ✓ plan  call  2.0s  [ready big]",
        "      ✗ fix  call  2.0s  attempt 2  iteration 1",
        "          attempt 1 failed after 2.0s: x: first",
        "          step_failed: no",
        "  ◷ ok  gate  10m00s",
        "  in all 0.5000 USD  2 turns  10 tokens in, 20 out",
      ].join("\n"),
    );
  });

  test("shows who works on it, where it comes from, who wants to stop it, and what each step said and used", () => {
    const usage = { costUsd: 0.25, turns: 3, durationMs: 9, cacheReadInputTokens: 4 };
    const running = { address: "b.1", name: "fix", kind: "call", attempt: 2, startedAt: null };
    const story: RunDocument = {
      ...run,
      ...{ status: "cancelling", label: null, dryRun: false, blockedOn: [] },
      ...{ owner: "w1", generation: 7, recoveries: 2, triggeredByHook: true },
      ...{ parentId: "R0", parentAddress: "b.3", error: { code: "run_cancelled", message: "enough" } },
      summary: "review: 1/3 steps completed\nStatus: CANCELLED\n",
      cancel: { reason: "enough", by: "ann", at: "2026-01-01T00:09:00Z" },
      currentSteps: [{ ...running, worker: "w1" }],
      steps: [
        step({ context: "two files\nmore", usage }),
        step({ address: "b.1", name: "fix", status: "timed_out", usage }),
        step({ address: "b.1", name: "fix", status: "running", attempt: 2, endedAt: null }),
        step({
          address: "b.2",
          name: "ask",
          kind: "gate",
          context: " ",
          resultText: "approved without asking",
        }),
        step({
          address: "b.3",
          name: "each",
          kind: "foreach",
          status: "running",
          endedAt: null,
          progress: { total: 9, running: 2, completed: 3, failed: 1, skipped: 0 },
        }),
        step({
          address: "b.3b",
          name: "all",
          kind: "foreach",
          resultText: "said beside its name",
          progress: { total: 9, running: 0, completed: 8, failed: 0, skipped: 1 },
        }),
        step({
          address: "b.4",
          name: "sub",
          kind: "child",
          childRunId: "R2",
          endedAt: null,
          status: "running",
        }),
      ],
    };
    expect(renderRun(story, { colours, now, columns: 110, program: "runfleet" })).toBe(
      [
        "▸ review  R1  cancelling  10m00s",
        "  child of R0 at b.3  started by a hook  on w1, generation 7  2 takeovers without progress",
        "  cancel asked for by ann at 00:09:00Z: enough",
        "  ✓ plan  call  2.0s  0.2500 USD  3 turns  0 tokens in, 0 out, 4 from cache",
        "      two files",
        "  ▸ fix  call  10m00s  attempt 2  on w1",
        "      attempt 1 timed_out after 2.0s (0.2500 USD  3 turns  0 tokens in, 0 out, 4 from cache)",
        "  ✓ ask  gate  2.0s  approved without asking",
        "  ▸ each  foreach  10m00s  █████████░░░░░░░░░░░ 4/9 items, 2 running, 1 failed",
        "  ✓ all  foreach  2.0s  8 completed, 1 skipped of 9 items",
        "  ▸ sub  child  10m00s  run R2",
        "  run_cancelled: enough",
        "  review: 1/3 steps completed",
        "  Status: CANCELLED",
        "  in all 0.5000 USD  2 turns  10 tokens in, 20 out",
      ].join("\n"),
    );
  });

  test.each([
    [
      { type: "sleep", address: "b.0", name: "nap", until: "2026-01-01T00:20:00.000Z" },
      "nap (10m00s left, until 00:20:00Z)",
    ],
    [
      { type: "retry", address: "b.0", name: "fix", attempt: 2, until: "2026-01-02T00:20:00.000Z" },
      "attempt 2 of fix (24h10m left, until 2026-01-02T00:20Z)",
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
      "00:10:00.000  step.failed          plan (attempt 2) failed: timeout: too slow  b.0",
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
