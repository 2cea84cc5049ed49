/**
 * The smallest runs, commits and gates the store's suite works with. Every member can be replaced.
 */
import {
  type Commit,
  type Fence,
  type Finish,
  type NewRun,
  type OpenGate,
  type Park,
  type StepRecord,
  zeroTotals,
} from "@runfleet/model";
import { newRunId } from "@runfleet/store";

export function sampleRun(members: Partial<NewRun> = {}): NewRun {
  const id = members.id ?? newRunId(Date.now());
  return {
    id,
    workflow: "review",
    definitionHash: "d1",
    rootId: id,
    depth: 0,
    inputs: { pr: "7" },
    dryRun: false,
    failFast: true,
    stepTimeoutMs: 60_000,
    pluginDirs: [],
    triggeredByHook: false,
    pool: "default",
    createdAt: 1_000,
    ...members,
  };
}

let commits = 0;

export function sampleCommit(fence: Fence, members: Partial<Commit> = {}): Commit {
  commits += 1;
  return {
    fence,
    commitId: `c${commits}`,
    parts: { set: {}, remove: [] },
    steps: [],
    facts: [],
    outbox: [],
    inboxSeen: 0,
    status: "running",
    totals: zeroTotals(),
    gatesOpened: [],
    gatesClosed: [],
    outboxDone: [],
    ...members,
  };
}

export function samplePark(fence: Fence, members: Partial<Park> = {}): Park {
  return { ...sampleCommit(fence), inboxSeen: 1, status: "waiting", blockedOn: [], ...members };
}

export function sampleFinish(fence: Fence, members: Partial<Finish> = {}): Finish {
  return {
    ...sampleCommit(fence),
    inboxSeen: 1,
    status: "completed",
    summary: "done",
    retentionMs: 60_000,
    ...members,
  };
}

export function sampleStep(members: Partial<StepRecord> = {}): StepRecord {
  return {
    address: "b.0",
    name: "plan",
    kind: "call",
    status: "completed",
    attempt: 1,
    iteration: 0,
    ordinal: 0,
    markers: [],
    ...members,
  };
}

export function sampleGate(runId: string, members: Partial<OpenGate> = {}): OpenGate {
  return {
    runId,
    workflow: "review",
    address: "b.1",
    name: "human_review",
    gateType: "human_review",
    since: 2_000,
    deadline: 9_000_000_000_000,
    ...members,
  };
}
