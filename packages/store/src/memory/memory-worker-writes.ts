/**
 * The writes of a worker that holds a run's lease, in memory. Same fence, same answers as the scripts.
 */
import {
  type ActivateReply,
  attemptKey,
  type Commit,
  type CommitReply,
  type Fence,
  type Finish,
  type FinishReply,
  isEnded,
  mayBecome,
  RunfleetError,
  type RunStatus,
  type RunStore,
} from "@runfleet/model";
import { isToldByGate } from "../gate-text.js";
import { madeProgress } from "../progress.js";
import { stepPlace } from "../step-place.js";
import { signOfLifeMs } from "../sweep-times.js";
import { usageNumbers } from "../usage-row.js";
import { disown, emptyInbox, endRun } from "./memory-endings.js";
import { giveBackLease, leaseRefusal, takeLease } from "./memory-held-leases.js";
import { appendLog } from "./memory-log.js";
import { askPermits, returnPermits } from "./memory-permits.js";
import {
  addFact,
  addToOutbox,
  copy,
  findRun,
  type MemoryState,
  nextGeneration,
  noteLostLease,
  type StoredRun,
  toRecord,
  unreadEvents,
} from "./memory-state.js";
import { countUsage } from "./memory-usage.js";

type WorkerWrites = Pick<
  RunStore,
  "activate" | "commit" | "park" | "release" | "finish" | "heartbeat" | "writeLog"
>;

/** Commit ids remembered, as many as the scripts remember. */
const commitsKept = 16;

export function memoryWorkerWrites(state: MemoryState): WorkerWrites {
  return {
    activate: async (request) => activate(state, request),
    commit: async (commit) => commitOwned(state, commit),
    park: async (park) => {
      const fenced = passFence(state, park.fence, park);
      if (fenced === undefined) return { tag: "fenced" };
      const { run, isDuplicate } = fenced;
      if (run.owner === undefined) return { tag: "parked" };
      if (!isDuplicate) applyCommit(state, run, { commit: park, status: openStatus(run.status, "running") });
      if (run.inbox.length > 0) return { tag: "wake_now", inbox: unreadEvents(run) };
      run.status = openStatus(run.status, "waiting");
      run.blockedOn = copy(park.blockedOn);
      run.namedGates = park.blockedOn.flatMap((wait) =>
        isToldByGate(wait, park.gatesOpened) && wait.type === "gate" ? [wait.address] : [],
      );
      run.patience = park.patience;
      giveAway(state, run, park.until);
      giveBackLease(state, park.fence);
      return { tag: "parked", ...returnPermits(state, run) };
    },
    release: async (commit) => {
      const fenced = passFence(state, commit.fence, commit);
      if (fenced === undefined) return { tag: "fenced" };
      const { run, isDuplicate } = fenced;
      if (run.owner === undefined) return { tag: "yielded" };
      const status = openStatus(run.status, "pending");
      if (isDuplicate) run.status = status;
      else applyCommit(state, run, { commit, status });
      giveAway(state, run, state.now());
      giveBackLease(state, commit.fence);
      return { tag: "yielded" };
    },
    finish: async (finish) => finishOwned(state, finish),
    heartbeat: async (fence) => {
      const run = passFence(state, fence, { commitId: "" })?.run;
      if (run === undefined) return { tag: "fenced" };
      run.heartbeatAt = state.now();
      return { tag: "ok", inboxWaiting: run.inbox.length > 0, ...cancelOf(run) };
    },
    writeLog: async ({ fence, pieces }) => {
      const run = passFence(state, fence, { commitId: "" })?.run;
      if (run === undefined) return { tag: "fenced" };
      appendLog(state, run, pieces);
      return { tag: "written" };
    },
  };
}

function activate(state: MemoryState, request: Parameters<RunStore["activate"]>[0]): ActivateReply {
  const { runId, leaseToken, owner, recoveriesMax, recoveriesAdmitted = recoveriesMax } = request;
  const run = findRun(state, runId);
  if (run === undefined) return { tag: "not_found" };
  if (isEnded(run.status)) return { tag: "ended", status: run.status };
  const refusal = leaseRefusal(state, request);
  if (refusal !== undefined) return refusal;
  const isRepeat = run.owner !== undefined && run.nonce === leaseToken;
  let wantedSince: number | undefined;
  if (!isRepeat) {
    const tookOver = run.owner !== undefined;
    const recoveries = run.recoveries + (tookOver ? 1 : 0);
    if (recoveries > recoveriesMax) {
      takeLease(state, request);
      return { tag: "crash_loop", recoveries };
    }
    if (recoveries > recoveriesAdmitted) return { tag: "suspect", recoveries };
    const needsPermits = !tookOver && run.status !== "cancelling";
    if (
      needsPermits &&
      !askPermits(state, run.info, { hasBegun: run.startedAt !== undefined, isNew: false }).isIn
    ) {
      run.status = "pending";
      state.timers.delete(runId);
      return { tag: "limited" };
    }
    noteLostLease(state, run);
    const generation = nextGeneration(state, run);
    const now = state.now();
    Object.assign(run, { generation, nonce: leaseToken, owner, heartbeatAt: now, recoveries, tookOver });
    run.startedAt ??= now;
    run.blockedOn = [];
    run.status = openStatus(run.status, "running");
    const due = state.timers.get(runId);
    if (due !== undefined && due <= now) wantedSince = due;
    state.timers.delete(runId);
    addFact(state, run, { type: "lease.acquired", worker: owner, generation, tookOver });
  }
  takeLease(state, request);
  const fence = { runId, generation: run.generation, nonce: leaseToken };
  const parts = Object.fromEntries(run.parts);
  const { sealed, tookOver } = run;
  const activation = {
    ...{ fence, run: toRecord(run), parts, inbox: unreadEvents(run), tookOver },
    ...(wantedSince === undefined ? {} : { wantedSince }),
    ...(sealed === undefined ? {} : { sealed }),
  };
  return { tag: "activated", activation };
}

interface Fenced {
  readonly run: StoredRun;
  readonly isDuplicate: boolean;
}

/** Nothing for a stale pair, for new writes after the run was given away, and for what builds on a forgotten commit. */
function passFence(
  state: MemoryState,
  fence: Fence,
  { commitId, after }: Pick<Commit, "commitId" | "after">,
): Fenced | undefined {
  const run = findRun(state, fence.runId);
  if (run === undefined || run.generation !== fence.generation || run.nonce !== fence.nonce) return undefined;
  const isDuplicate = commitId !== "" && run.commits.includes(commitId);
  if (isDuplicate) return { run, isDuplicate };
  const isTorn = after !== undefined && run.commits[0] !== after;
  return run.owner === undefined || isTorn ? undefined : { run, isDuplicate };
}

function commitOwned(state: MemoryState, commit: Commit): CommitReply {
  const fenced = passFence(state, commit.fence, commit);
  if (fenced === undefined) return { tag: "fenced" };
  const { run, isDuplicate } = fenced;
  if (!isDuplicate) {
    const status = openStatus(run.status, commit.status);
    if (isEnded(status) || !mayBecome(run.status, status)) throw illegalStatus(run, status);
    applyCommit(state, run, { commit, status });
    if (state.now() - (run.heartbeatAt ?? 0) >= signOfLifeMs) run.heartbeatAt = state.now();
  }
  return { tag: isDuplicate ? "duplicate" : "ok", inbox: unreadEvents(run), ...cancelOf(run) };
}

function applyCommit(
  state: MemoryState,
  run: StoredRun,
  { commit, status }: { readonly commit: Commit; readonly status: RunStatus },
): void {
  for (const [name, json] of Object.entries(commit.parts.set)) run.parts.set(name, json);
  for (const name of commit.parts.remove) run.parts.delete(name);
  for (const step of commit.steps) {
    const key = attemptKey(step.address, step.attempt);
    run.steps.set(key, { place: stepPlace(step), json: JSON.stringify(step) });
  }
  for (const fact of commit.facts) addFact(state, run, fact);
  appendLog(state, run, commit.log);
  for (const entry of commit.outbox) addToOutbox(state, entry);
  for (const id of commit.outboxDone) state.outbox.delete(id);
  for (const address of commit.gatesClosed) run.gates.delete(address);
  for (const gate of commit.gatesOpened) {
    run.answers = run.answers.filter(({ address, name }) => address !== gate.address && name !== gate.name);
    run.gates.set(gate.address, copy(gate));
  }
  const consumed = Math.min(commit.inboxSeen - run.inboxSeen, run.inbox.length);
  if (consumed > 0) {
    run.inbox = run.inbox.slice(consumed);
    run.inboxSeen += consumed;
  }
  run.status = status;
  run.totals = copy(commit.totals);
  countUsage(state, run, usageNumbers(commit.usage));
  run.commits = [commit.commitId, ...run.commits].slice(0, commitsKept);
  if (madeProgress(commit)) run.recoveries = 0;
}

/** Nobody owns the run from now on, and whoever did is not to blame for anything. */
function giveAway(state: MemoryState, run: StoredRun, wakeAt: number | undefined): void {
  run.recoveries = 0;
  disown(state, run, wakeAt);
}

function finishOwned(state: MemoryState, finish: Finish): FinishReply {
  const fenced = passFence(state, finish.fence, finish);
  if (fenced === undefined) return { tag: "fenced" };
  const { run, isDuplicate } = fenced;
  if (run.owner === undefined) return { tag: "duplicate" };
  if (!isEnded(finish.status) || !mayBecome(run.status, finish.status))
    throw illegalStatus(run, finish.status);
  if (isDuplicate) run.status = finish.status;
  else applyCommit(state, run, { commit: finish, status: finish.status });
  run.recoveries = 0;
  emptyInbox(run);
  giveBackLease(state, finish.fence);
  return { tag: "finished", ...endRun(state, run, finish) };
}

function cancelOf(run: StoredRun): Pick<StoredRun, "cancel"> {
  return run.cancel === undefined ? {} : { cancel: { ...run.cancel } };
}

function illegalStatus(run: StoredRun, status: RunStatus): RunfleetError {
  return new RunfleetError("internal", `a run that is ${run.status} cannot become ${status}`);
}

/** A cancel request is not undone by a worker that has not heard of it yet. */
function openStatus(stored: RunStatus, wanted: RunStatus): RunStatus {
  return stored === "cancelling" ? stored : wanted;
}
