/**
 * The writes of runs, counted when they are known to have happened: steps, money and tokens with the commit that records them, runs
 * with their last write. A write that is repeated because its answer was lost counts once. What a run is called is remembered by
 * its fence, for as long as somebody holds that.
 */
import type { Recorder } from "@runfleet/metrics";
import type {
  Activation,
  Commit,
  Fence,
  InboxEntry,
  RunRecord,
  RunStore,
  StepRecord,
  Usage,
} from "@runfleet/model";
import type { Clock } from "../clock.js";
import type { MeterOptions } from "./meter-options.js";

type Writes = Pick<RunStore, "activate" | "commit" | "park" | "release" | "finish" | "heartbeat">;
type Write = "commit" | "park" | "release" | "finish" | "heartbeat";
type Reply = { readonly tag: string; readonly inbox?: readonly InboxEntry[] };

export function meterWrites(store: RunStore, { recorder, clock }: MeterOptions): Writes {
  const counts = openCounts(recorder);
  const runs = new WeakMap<Fence, RunRecord>();

  const measured = <T extends Reply>(
    write: Write,
    ask: () => Promise<T>,
    note: () => void = () => undefined,
  ): Promise<T> => {
    const sentAt = clock.monotonic();
    return ask().then((reply) => {
      counts.writeSeconds.record((clock.monotonic() - sentAt) / 1_000, write);
      if (reply.tag === "fenced") {
        counts.fenced.add(1, write);
        return reply;
      }
      readInbox(counts, reply.inbox, clock);
      note();
      return reply;
    });
  };
  const written = <T extends Reply>(
    write: Exclude<Write, "heartbeat">,
    commit: Commit,
    ask: () => Promise<T>,
  ): Promise<T> => measured(write, ask, () => countCommit(counts, commit, runs.get(commit.fence)));

  return {
    activate: (request) =>
      store.activate(request).then((reply) => {
        if (reply.tag !== "activated") return reply;
        runs.set(reply.activation.fence, reply.activation.run);
        countActivation(counts, reply.activation, clock);
        return reply;
      }),
    commit: (commit) => written("commit", commit, () => store.commit(commit)),
    park: (park) => written("park", park, () => store.park(park)),
    release: (commit) => written("release", commit, () => store.release(commit)),
    finish: (finish) =>
      measured(
        "finish",
        () => store.finish(finish),
        () => {
          const run = runs.get(finish.fence);
          countCommit(counts, finish, run);
          measureEnd(counts, run, clock);
        },
      ),
    heartbeat: (fence) => measured("heartbeat", () => store.heartbeat(fence)),
  };
}

type Counts = ReturnType<typeof openCounts>;

function openCounts(recorder: Recorder<"worker">) {
  return {
    scheduleToStart: recorder.histogram("runfleet_schedule_to_start_seconds"),
    started: recorder.counter("runfleet_runs_started_total"),
    runSeconds: recorder.histogram("runfleet_run_duration_seconds"),
    steps: recorder.counter("runfleet_steps_total"),
    stepSeconds: recorder.histogram("runfleet_step_duration_seconds"),
    cost: recorder.counter("runfleet_cost_usd_total"),
    tokens: recorder.counter("runfleet_tokens_total"),
    turns: recorder.counter("runfleet_turns_total"),
    takeovers: recorder.counter("runfleet_takeovers_total"),
    fenced: recorder.counter("runfleet_fenced_writes_total"),
    writeSeconds: recorder.histogram("runfleet_write_duration_seconds"),
    inboxLag: recorder.histogram("runfleet_inbox_lag_seconds"),
  };
}

function countActivation(counts: Counts, activation: Activation, clock: Clock): void {
  const { run, parts, inbox, tookOver } = activation;
  if (tookOver) counts.takeovers.add(1, run.pool);
  readInbox(counts, inbox, clock);
  // A repeat of an activation is none, and of a takeover nobody knows since when.
  if (tookOver) return;
  const isFresh = Object.keys(parts).length === 0;
  if (isFresh) counts.started.add(1, run.workflow);
  const { wantedSince = isFresh ? (run.readyAt ?? run.createdAt) : inbox[0]?.event.at } = activation;
  if (wantedSince === undefined) return;
  const waitedMs = Math.max(0, clock.now() - wantedSince);
  counts.scheduleToStart.record(waitedMs / 1_000, run.pool, isFresh ? "fresh" : "continued");
}

function readInbox(counts: Counts, entries: readonly InboxEntry[] = [], clock: Clock): void {
  for (const { event } of entries) {
    counts.inboxLag.record(Math.max(0, clock.now() - event.at) / 1_000);
  }
}

function countCommit(counts: Counts, { steps, usage }: Commit, run: RunRecord | undefined): void {
  for (const step of steps) countStep(counts, step);
  if (usage !== undefined && run !== undefined) countUsage(counts, usage, run.workflow);
}

/** Of a step that is open, waits, or was kept from another run, nothing has ended here. */
function countStep(counts: Counts, { kind, name, status, startedAt, endedAt, keptFrom }: StepRecord): void {
  if (status === "pending" || status === "running" || status === "waiting" || keptFrom !== undefined) return;
  const action = kind === "call" ? name : "";
  counts.steps.add(1, kind, action, status);
  if (startedAt === undefined || endedAt === undefined) return;
  counts.stepSeconds.record(Math.max(0, endedAt - startedAt) / 1_000, kind, action);
}

function countUsage(counts: Counts, usage: Usage, workflow: string): void {
  const { costUsd, turns, inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens } = usage;
  if (costUsd !== undefined) counts.cost.add(costUsd, workflow);
  if (turns !== undefined) counts.turns.add(turns, workflow);
  if (inputTokens !== undefined) counts.tokens.add(inputTokens, workflow, "input");
  if (outputTokens !== undefined) counts.tokens.add(outputTokens, workflow, "output");
  if (cacheReadInputTokens !== undefined) counts.tokens.add(cacheReadInputTokens, workflow, "cache_read");
  if (cacheCreationInputTokens !== undefined)
    counts.tokens.add(cacheCreationInputTokens, workflow, "cache_creation");
}

function measureEnd(counts: Counts, run: RunRecord | undefined, clock: Clock): void {
  if (run === undefined) return;
  counts.runSeconds.record(Math.max(0, clock.now() - run.createdAt) / 1_000, run.workflow);
}
