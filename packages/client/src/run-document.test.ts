/** Documents of runs: what programs parse. */
import { type BlockedOn, type RunRecord, runDocumentSchema, zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { runDocument } from "./run-document.js";

const at = Date.parse("2026-01-01T00:00:00Z");

function waitingOn(blockedOn: readonly BlockedOn[]): RunRecord {
  return {
    id: "R1",
    workflow: "review",
    definitionHash: "hash",
    rootId: "R1",
    depth: 0,
    inputs: {},
    dryRun: false,
    failFast: true,
    stepTimeoutMs: 1,
    pluginDirs: [],
    triggeredByHook: false,
    pool: "default",
    createdAt: at,
    status: "waiting",
    generation: 1,
    recoveries: 0,
    blockedOn,
    totals: zeroTotals(),
  };
}

test("times of what a run waits for are ISO texts like every other time", () => {
  const gate = { type: "gate", address: "b.0", name: "ok", gateType: "human_approval" } as const;
  const sleep = { type: "sleep", address: "b.1", name: "nap" } as const;
  const retry = { type: "retry", address: "b.2", name: "fix", attempt: 2 } as const;
  const child = { type: "child", address: "b.3", childRunId: "R2", workflow: "build" } as const;
  const items = { type: "items", address: "b.4", name: "each", running: 1, done: 0, total: 2 } as const;
  const run = waitingOn([
    { ...gate, since: at, deadline: at + 1_000 },
    { ...sleep, until: at + 2_000 },
    { ...retry, until: at + 3_000 },
    child,
    items,
  ]);
  const document = runDocument(run, { steps: [], children: [] });
  expect(document.blockedOn).toEqual([
    { ...gate, since: "2026-01-01T00:00:00.000Z", deadline: "2026-01-01T00:00:01.000Z" },
    { ...sleep, until: "2026-01-01T00:00:02.000Z" },
    { ...retry, until: "2026-01-01T00:00:03.000Z" },
    child,
    items,
  ]);
  expect(runDocumentSchema.parse(document)).toEqual(document);
});
