/**
 * Everything the memory twin remembers, and the steps its methods share: the counterparts of the Lua fragments. Values
 * are kept as JSON where Redis keeps JSON, so nobody shares an object with the store.
 */
import {
  type Address,
  type BlockedOn,
  type CancelRequest,
  type Fact,
  type Failure,
  type Firing,
  type FleetEvent,
  type HistoryEvent,
  type InboxEntry,
  type InboxEvent,
  type ItemClaim,
  limits,
  type OpenGate,
  type OutboxEntry,
  type PublishedWorkflow,
  type RunInfo,
  type RunRecord,
  type RunStatus,
  type ScheduleRecord,
  type SealedInputs,
  type Totals,
  type WorkerPresence,
} from "@runfleet/model";
import { openWaits } from "../gate-text.js";
import { runRow } from "../run-record.js";
import type { MemoryLog } from "./memory-log.js";
import { createMemoryPermits, type MemoryPermits } from "./permit-state.js";
import { createScalingState, type ScalingState } from "./scaling-state.js";

export interface GateAnswered {
  readonly address: Address;
  readonly name: string;
  readonly at: number;
  readonly verdict: string;
  readonly by: string;
}

export interface StoredRun {
  readonly info: RunInfo;
  /** Values of its secret inputs. */
  sealed?: SealedInputs;
  readonly digest: string;
  readonly row: string;
  status: RunStatus;
  generation: number;
  nonce?: string;
  owner?: string | undefined;
  tookOver: boolean;
  heartbeatAt?: number;
  recoveries: number;
  blockedOn: readonly BlockedOn[];
  /** Of the gates it waits at: those whose answer ends the wait for whoever looks. */
  namedGates: readonly Address[];
  /** Unread events below which a completed child need not wake the run at once. */
  patience?: number | undefined;
  totals: Totals;
  error?: Failure;
  summary?: string;
  cancel?: CancelRequest;
  readyAt?: number;
  startedAt?: number;
  endedAt?: number;
  /** The store ended the run for want of an owner that could; the engine has not. */
  isUnowned?: true;
  inboxSeen: number;
  /** JSON of unread events. */
  inbox: string[];
  readonly dedupeIds: Set<string>;
  /** Newest first. */
  commits: readonly string[];
  readonly parts: Map<string, string>;
  /** JSON by address#attempt, and the place that orders them. */
  readonly steps: Map<string, { readonly place: number; readonly json: string }>;
  history: HistoryEvent[];
  log?: MemoryLog;
  readonly children: string[];
  readonly gates: Map<Address, OpenGate>;
  /** Those that were open when no worker could continue the run: a retry opens them again. */
  gatesAway?: readonly OpenGate[];
  answers: GateAnswered[];
  /** Set when the run ends: when it is forgotten. */
  expiresAt?: number;
  /** Who got the run as an item, by foreach. */
  readonly claims: Map<string, ItemClaim>;
  /** What it was counted with among what is kept. */
  keptBytes?: number;
}

/** The ended runs of one root's family. `since`: when the root was counted; absent while it is open. */
export interface KeptFamily {
  readonly workflow: string;
  readonly bytes: number;
  readonly fed: string;
  readonly since?: number;
}

export interface StoredSchedule {
  /** JSON. */
  spec: string;
  rule: string;
  revision: number;
  dueAt: number | undefined;
  /** When somebody has to look at it: the due time, later while a worker has it. */
  lookAt: number | undefined;
  paused?: ScheduleRecord["paused"];
  missed: number;
  lastFiring?: Firing;
  lastRunId?: string | undefined;
  error?: Failure | undefined;
  readonly createdAt: number;
  changedAt: number;
  /** By due time. */
  firings: readonly Firing[];
}

export interface MemoryState {
  readonly now: () => number;
  readonly runs: Map<string, StoredRun>;
  readonly idempotency: Map<
    string,
    { readonly digest: string; readonly runId: string; readonly until: number }
  >;
  readonly outbox: Map<string, { readonly at: number; readonly json: string }>;
  /** When runs that nobody owns want to be looked at. */
  readonly timers: Map<string, number>;
  readonly leases: Map<string, { readonly token: string; readonly expiresAt: number }>;
  readonly permits: MemoryPermits;
  readonly definitions: Map<string, string>;
  readonly published: Map<string, PublishedWorkflow>;
  readonly schedules: Map<string, StoredSchedule>;
  readonly workers: Map<string, WorkerPresence>;
  readonly scaling: ScalingState;
  readonly cancelListeners: Set<(runId: string) => void>;
  /** Called once when a run's history grows. */
  readonly historyWaiters: Map<string, Set<() => void>>;
  /** Newest last. */
  readonly fleetEvents: FleetEvent[];
  readonly sinks: Map<string, { readonly until: number; readonly place: string; readonly workerId: string }>;
  /** Ended runs that are not counted yet, by when they ended. */
  readonly unfiled: Map<string, number>;
  /** By root. */
  readonly kept: Map<string, KeptFamily>;
  /** Rows of children of removed runs. */
  readonly orphans: Set<string>;
  /** By row, see `usage-row.ts`. */
  readonly usage: Map<string, readonly number[]>;
  lastFact: { at: number; count: number };
  /** Lease tokens given out. */
  tokens: number;
}

export function createMemoryState(now: () => number): MemoryState {
  return {
    now,
    runs: new Map(),
    idempotency: new Map(),
    outbox: new Map(),
    timers: new Map(),
    leases: new Map(),
    permits: createMemoryPermits(),
    definitions: new Map(),
    published: new Map(),
    schedules: new Map(),
    workers: new Map(),
    scaling: createScalingState(),
    cancelListeners: new Set(),
    historyWaiters: new Map(),
    fleetEvents: [],
    sinks: new Map(),
    unfiled: new Map(),
    kept: new Map(),
    orphans: new Set(),
    usage: new Map(),
    lastFact: { at: 0, count: 0 },
    tokens: 0,
  };
}

/** The run, unless its time is over. A child is kept for as long as its root. */
export function findRun(state: MemoryState, runId: string): StoredRun | undefined {
  const run = state.runs.get(runId);
  if (run?.expiresAt === undefined || run.expiresAt > state.now()) return run;
  const { rootId } = run.info;
  if (rootId !== runId && findRun(state, rootId) !== undefined) return run;
  eraseRun(state, run);
  return undefined;
}

/** Nothing has the run any more; its children are orphans. */
export function eraseRun(state: MemoryState, run: StoredRun): void {
  const { id } = run.info;
  state.runs.delete(id);
  state.unfiled.delete(id);
  state.kept.delete(id);
  state.orphans.delete(run.row);
  for (const row of run.children) state.orphans.add(row);
}

export function newStoredRun(info: RunInfo, digest: string, totals: Totals): StoredRun {
  return {
    info: copy(info),
    digest,
    row: runRow(info),
    ...{ status: "pending", generation: 0, tookOver: false, recoveries: 0, totals },
    ...{ blockedOn: [], namedGates: [], inboxSeen: 0, inbox: [] },
    dedupeIds: new Set(),
    commits: [],
    parts: new Map(),
    steps: new Map(),
    history: [],
    children: [],
    gates: new Map(),
    answers: [],
    claims: new Map(),
  };
}

export function toRecord(run: StoredRun): RunRecord {
  const { info, status, generation, recoveries, totals } = run;
  const blockedOn = openWaits(run);
  const { owner, heartbeatAt, error, summary, cancel, readyAt, startedAt, endedAt } = run;
  return copy({
    ...info,
    status,
    generation,
    recoveries,
    blockedOn,
    totals,
    ...{ owner, heartbeatAt, error, summary, cancel, readyAt, startedAt, endedAt },
    ...{ ownerToken: owner === undefined ? undefined : run.nonce },
  }) as RunRecord;
}

export function unreadEvents(run: StoredRun): InboxEntry[] {
  return run.inbox
    .slice(0, limits.inboxPageMax)
    .map((json, index) => ({ seq: run.inboxSeen + 1 + index, event: JSON.parse(json) as InboxEvent }));
}

/** Appends an event; a run that nobody owns wants to be looked at, and its wait is over. */
export function pushEvent(state: MemoryState, run: StoredRun, event: InboxEvent): void {
  run.inbox.push(JSON.stringify(event));
  if (run.owner !== undefined) return;
  state.timers.set(run.info.id, state.now());
  if (run.status === "waiting") run.status = "pending";
}

/** As a message would: after the caller has its answer. */
export function tellCancel(state: MemoryState, runId: string): void {
  queueMicrotask(() => {
    for (const listener of [...state.cancelListeners]) listener(runId);
  });
}

export function addFact(state: MemoryState, run: StoredRun, fact: Fact): void {
  const at = state.now();
  const last = state.lastFact;
  state.lastFact = at > last.at ? { at, count: 0 } : { at: last.at, count: last.count + 1 };
  const id = `${state.lastFact.at}-${state.lastFact.count}`;
  run.history.push({ ...copy(fact), id, at });
  state.fleetEvents.push({ ...copy(fact), id, at, runId: run.info.id });
  if (state.fleetEvents.length > limits.fleetEventsMax) state.fleetEvents.shift();
  if (run.history.length > limits.historyEntriesMax) run.history.shift();
  wakeWaiters(state, run.info.id);
}

/** Whoever waits for something to happen to the run looks again. */
export function wakeWaiters(state: MemoryState, runId: string): void {
  const waiters = state.historyWaiters.get(runId) ?? [];
  state.historyWaiters.delete(runId);
  for (const wake of waiters) wake();
}

/** Told by whoever takes the run: an owner that lost it can write nothing more. */
export function noteLostLease(state: MemoryState, run: StoredRun): void {
  const { owner: worker, generation } = run;
  if (worker !== undefined) addFact(state, run, { type: "lease.lost", worker, generation });
}

export function addToOutbox(state: MemoryState, entry: OutboxEntry): void {
  state.outbox.set(entry.id, { at: state.now(), json: JSON.stringify(entry) });
}

export function nextGeneration(state: MemoryState, run: StoredRun): number {
  return Math.max(run.generation + 1, state.now());
}

/** What a reader of JSON would get: members that are undefined are gone. */
export function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
