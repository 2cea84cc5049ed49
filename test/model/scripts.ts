/**
 * What happens inside Redis, each function atomic as its script is: the scripts of `packages/store/lua`, and the few
 * things BullMQ and redlock do. A defect of the world leaves out the one line of protection it is named after.
 */
import type { Errand, OutboxEntry, Redis, RunEvent, RunName, RunRecord, Stage } from "./state.js";
import { storedOf, withRecord, withStored } from "./state.js";
import type { World } from "./worlds.js";

export interface Fence {
  readonly generation: number;
  readonly nonce: number;
}

/** One decision of the engine, as a worker writes it. */
export interface Write {
  readonly kind: "commit" | "park" | "release" | "finish";
  readonly run: RunName;
  readonly fence: Fence;
  readonly number: number;
  readonly stage: Stage;
  readonly gate: "shut" | "open";
  /** Events this write consumes, counted from the first. */
  readonly seen: number;
  /** Results of steps in it. */
  readonly results: number;
  readonly outbox: readonly OutboxEntry[];
  readonly timer: "none" | "at the deadline";
}

export type WriteReply = "fenced" | "ok" | "wake now";

/** create_run.lua for a child, with include/confirm.lua: only when its parent asks for it still, and the entry goes away with it. */
function createChild(redis: Redis): Redis {
  const entry = "start child";
  if (!redis.outbox.includes(entry)) return redis;
  return createRun({ ...redis, outbox: redis.outbox.filter((other) => other !== entry) }, "child");
}

/** create_run.lua: a run once, with its first event, and due for whoever looks for runs without a job. */
export function createRun(redis: Redis, run: RunName): Redis {
  const isThere = storedOf(redis, run).record.status !== "none";
  const parentIsGone = run === "child" && storedOf(redis, "parent").record.status === "ended";
  if (isThere || parentIsGone) return redis;
  return withRecord(redis, run, { status: "pending", inbox: ["started"], timer: "due" });
}

interface Activate {
  readonly run: RunName;
  readonly token: number;
  /** The greatest generation ever granted; the clock is past it. */
  readonly granted: number;
  /** A number the caller has drawn before; 0 when the script grants one, as it does. */
  readonly number: number;
  readonly world: World;
}

/** activate_run.lua: the lease if nobody else has it, and a new generation for its holder, which refuses every earlier owner from now on. */
export function activateRun(
  redis: Redis,
  { run, token, granted, number, world }: Activate,
): { readonly reply: "activated" | "busy" | "ended"; readonly redis: Redis } {
  const { record, lease } = storedOf(redis, run);
  if (record.status === "ended" || record.status === "none") return { reply: "ended", redis };
  const looksAtLease = world.defect !== "activate does not look at the lease" && number === 0;
  if (looksAtLease && lease !== 0 && lease !== token) return { reply: "busy", redis };
  if (number > 0 && number < record.generation) return { reply: "busy", redis };
  const held = looksAtLease ? withStored(redis, run, { lease: token }) : redis;
  // Asked again because its answer was lost: nothing else changes.
  if (record.isOwned && record.nonce === token) return { reply: "activated", redis: held };
  const floor = world.defect === "the clock is no floor" || world.clocks === "behind" ? 0 : granted + 1;
  const generation = number > 0 ? number : Math.max(record.generation + 1, floor);
  const change = { generation, nonce: token, isOwned: true, status: "running", timer: "none" } as const;
  return { reply: "activated", redis: withRecord(held, run, change) };
}

/** include/fenced.lua: passes only the owner, and a write of the last owner that was made already. */
function passes(
  record: RunRecord,
  { kind, fence, number }: Pick<Write, "kind" | "fence" | "number">,
  world: World,
): "fenced" | "owned" | "duplicate" {
  if (kind === "commit" && world.defect === "commit has no fence") return "owned";
  if (record.generation !== fence.generation) return "fenced";
  if (record.nonce !== fence.nonce && world.defect !== "only the generation is compared") return "fenced";
  const { commit } = record;
  const isRepeat = commit.generation === fence.generation && commit.number === number;
  if (isRepeat && world.defect !== "a repeated commit is not recognised") return "duplicate";
  // What this owner wrote before is not the newest: a failover forgot it, and the decision was made from another state.
  const isBuiltOn = number === 1 || (commit.generation === fence.generation && commit.number === number - 1);
  if (!isBuiltOn && world.defect !== "a commit does not name the one before it") return "fenced";
  return record.isOwned ? "owned" : "fenced";
}

/** commit_run.lua, park_run.lua, release_run.lua and finish_run.lua: the fence, then the decision, then what each adds. */
export function write(redis: Redis, wanted: Write, world: World): { reply: WriteReply; redis: Redis } {
  const { record } = storedOf(redis, wanted.run);
  const passed = passes(record, wanted, world);
  if (passed === "fenced") return { reply: "fenced", redis };
  if (!record.isOwned && wanted.kind !== "commit") return { reply: "ok", redis };
  const applied = passed === "duplicate" ? redis : applyCommit(redis, wanted);
  const { reply, redis: left } = afterCommit[wanted.kind](applied, wanted, world);
  return { reply, redis: storedOf(left, wanted.run).record.isOwned ? left : giveBackLease(left, wanted) };
}

/** include/give_back_lease.lua: with the run, unless it is somebody else's. */
function giveBackLease(redis: Redis, { run, fence }: Write): Redis {
  return storedOf(redis, run).lease === fence.nonce ? withStored(redis, run, { lease: 0 }) : redis;
}

/** include/apply_commit.lua */
function applyCommit(redis: Redis, { run, fence, number, stage, gate, seen, results, outbox }: Write): Redis {
  const { record } = storedOf(redis, run);
  const consumed = record.inbox.slice(0, seen);
  const applied = withRecord(redis, run, {
    stage,
    gate: record.stage === stage ? record.gate : gate,
    inbox: record.inbox.slice(seen),
    commit: { generation: fence.generation, number },
    recorded: record.recorded + results,
    heard: record.heard + consumed.filter((event) => event === "child ended").length,
  });
  return withEntries(applied, outbox);
}

type After = (redis: Redis, wanted: Write, world: World) => { reply: WriteReply; redis: Redis };

const afterCommit: Readonly<Record<Write["kind"], After>> = {
  commit: (redis) => ({ reply: "ok", redis }),
  park(redis, { run, timer }, world) {
    const { inbox } = storedOf(redis, run).record;
    if (inbox.length > 0 && world.defect !== "park does not look at the inbox")
      return { reply: "wake now", redis };
    return { reply: "ok", redis: withRecord(redis, run, { status: "waiting", isOwned: false, timer }) };
  },
  release: (redis, { run }) => ({
    reply: "ok",
    redis: withRecord(redis, run, { status: "pending", isOwned: false, timer: "due" }),
  }),
  // include/end_run.lua: the parent is told in the same script, and an entry says that it must be woken if nobody owns it.
  finish(redis, { run }, world) {
    const ended = endRun(redis, run);
    const isTold = run === "child" && world.defect !== "the parent is told after the end";
    return { reply: "ok", redis: isTold ? tellParent(ended) : ended };
  },
};

function endRun(redis: Redis, run: RunName): Redis {
  const change = { status: "ended", isOwned: false, gate: "shut", inbox: [], timer: "none" } as const;
  return withRecord(redis, run, change);
}

function tellParent(redis: Redis): Redis {
  const { status, isOwned } = storedOf(redis, "parent").record;
  if (status === "ended") return redis;
  return withEntries(pushEvent(redis, "parent", "child ended"), isOwned ? [] : ["wake parent"]);
}

/** include/inbox.lua: an event for a run that nobody owns makes a sweeper look at it. */
function pushEvent(redis: Redis, run: RunName, event: RunEvent): Redis {
  const { record } = storedOf(redis, run);
  const inbox = [...record.inbox, event];
  if (record.isOwned) return withRecord(redis, run, { inbox });
  return withRecord(redis, run, {
    inbox,
    timer: "due",
    status: record.status === "waiting" ? "pending" : record.status,
  });
}

/** answer_gate.lua: the first answer closes the gate. */
function answerGate(redis: Redis, run: RunName): Redis {
  if (storedOf(redis, run).record.gate === "shut") return redis;
  return withRecord(pushEvent(redis, run, "answered"), run, { gate: "shut" });
}

/** request_cancel.lua: a run that no worker has ever taken ends here. Only root runs are cancelled by somebody. */
export function requestCancel(redis: Redis, run: RunName): { redis: Redis; left: Errand } {
  if (storedOf(redis, run).record.generation > 0)
    return { redis: pushEvent(redis, run, "cancelled"), left: { does: "wake", run } };
  return { redis: endRun(redis, run), left: { does: "remove", run } };
}

/** BullMQ's `add`: a job whose id is there already is left alone. A child that was not created gets none. */
function addJob(redis: Redis, run: RunName): Redis {
  if (run === "child" && storedOf(redis, run).record.status === "none") return redis;
  return storedOf(redis, run).job === "gone" ? withStored(redis, run, { job: "waiting" }) : redis;
}

/** A delayed job is handed out again, one that is gone is added, and one that has ended if its run has not. */
export function wakeJob(redis: Redis, run: RunName, world: World): Redis {
  const { job, record } = storedOf(redis, run);
  const isOpen = record.status !== "none" && record.status !== "ended";
  const isRevived = job === "done" && isOpen && world.defect !== "a completed job is not woken";
  const isAsleep = job === "sleeping" || job === "resting" || job === "gone";
  return isAsleep || isRevived ? withStored(redis, run, { job: "waiting" }) : redis;
}

/** The job of a run that has ended, unless a worker has it in hand. */
function removeJob(redis: Redis, run: RunName): Redis {
  const { job } = storedOf(redis, run);
  return job.startsWith("active") ? redis : withStored(redis, run, { job: "gone" });
}

function withEntries(redis: Redis, entries: readonly OutboxEntry[]): Redis {
  const fresh = entries.filter((entry) => !redis.outbox.includes(entry));
  return fresh.length === 0 ? redis : { ...redis, outbox: [...redis.outbox, ...fresh].sort() };
}

/** What performing an outbox entry takes, one step after the other (`packages/worker/src/outbox.ts`). */
export function errandsOf(entry: OutboxEntry): readonly Errand[] {
  const [verb, run] = entry.split(" ") as [string, RunName];
  if (verb === "start")
    return [
      { does: "create", run },
      { does: "add", run },
    ];
  return [
    { does: "wake", run },
    { does: "confirm", entry },
  ];
}

/** Does one errand. */
export function runErrand(redis: Redis, errand: Errand, world: World): Redis {
  switch (errand.does) {
    case "create":
      return createChild(redis);
    case "add":
      return addJob(redis, errand.run);
    case "wake":
      return wakeJob(redis, errand.run, world);
    case "remove":
      return removeJob(redis, errand.run);
    case "answer":
      return answerGate(redis, errand.run);
    case "tell":
      return tellParent(redis);
    case "confirm":
      return { ...redis, outbox: redis.outbox.filter((entry) => entry !== errand.entry) };
    default:
      return unknownErrand(errand);
  }
}

function unknownErrand(errand: never): never {
  throw new Error(`unknown errand ${JSON.stringify(errand)}`);
}
