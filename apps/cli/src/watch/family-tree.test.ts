import type { RunRow } from "@runfleet/client";
import type { RunDocument, StepDocument } from "@runfleet/model";
import pc from "picocolors";
import { expect, test } from "vitest";
import { familyTree } from "./family-tree.js";

const options = { colours: pc.createColors(false), now: 5_000, columns: 100, program: "runfleet" };
const times = { startedAt: new Date(0).toISOString(), endedAt: null };

function run(id: string, more: Partial<RunDocument> = {}): RunDocument {
  return {
    ...{
      id,
      workflow: `w-${id}`,
      status: "running",
      label: "family",
      dryRun: false,
      owner: null,
      error: null,
    },
    ...{ parentId: null, rerunOf: null, forkOf: null, triggeredByHook: false, recoveries: 0, cancel: null },
    ...{ blockedOn: [], currentSteps: [], steps: [], totals: { hasLlmMetrics: false }, ...times },
    ...more,
  } as unknown as RunDocument;
}

function step(address: string, name: string, more: Partial<StepDocument>): StepDocument {
  return {
    ...{ address, name, status: "running", attempt: 1, iteration: 0, markers: [], context: null },
    ...{ error: null, resultText: null, childRunId: null, keptFrom: null, usage: null, progress: null },
    ...{ ...times, ...more },
  } as StepDocument;
}

const row = (id: string, more: Partial<RunRow>): RunRow => ({ ...run(id), parentAddress: "b.1", ...more });

test("child runs stand below the step that waits for them: open ones with their steps, failed ones with their error", () => {
  const progress = { total: 9, running: 2, completed: 5, failed: 1, skipped: 0 };
  const root = run("R", {
    status: "waiting",
    totals: { hasLlmMetrics: true, costUsd: 1.5, turns: 3 } as RunDocument["totals"],
    steps: [
      step("b.0", "plan", { kind: "call", status: "completed", endedAt: new Date(2_000).toISOString() }),
      step("b.1", "each", { kind: "foreach", progress }),
      step("b.2", "sub", { kind: "child", childRunId: "S" }),
    ],
  });
  const sub = run("S", { steps: [step("b.0", "deep", { kind: "script" })] });
  const first = run("A", { steps: [step("b.0", "work", { kind: "script" })] });
  const children = [
    row("A", {}),
    row("B", {}),
    row("C", { status: "failed", error: { code: "step_failed", message: "no luck" } }),
    row("D", { status: "completed" }),
    row("S", { parentAddress: "b.2" }),
  ];
  const family = {
    root,
    runs: new Map([root, sub, first].map((each) => [each.id, each])),
    children: new Map([["R", children]]),
  };
  expect(
    familyTree(family, { ...options, spinner: "*" }).map(({ text, rank }) => `${rank}: ${text}`),
  ).toEqual([
    "frame: ◷ w-R  R  waiting  5.0s  family",
    "ended:   ✓ plan  call  2.0s",
    "open:   * each  foreach  5.0s  █████████████░░░░░░░ 6/9 items, 2 running, 1 failed",
    "detail:     ✗ w-C  C  failed  5.0s  step_failed: no luck",
    "open:     * w-A  A  running  5.0s",
    "open:       * work  script  5.0s",
    "open:     * w-B  B  running  5.0s",
    "open:   * sub  child  5.0s  run S",
    "open:       * deep  script  5.0s",
    "frame:   5.0s  ·  steps: 1 done, 2 open  ·  1.5000 USD  3 turns  ·  Ctrl-C ends the watching, not the run",
  ]);
});
