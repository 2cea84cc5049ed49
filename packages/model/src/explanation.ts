/**
 * Why a run is not moving: one sentence and what to do, from a closed list of causes. Pure; whoever asks brings the
 * facts. The first rule that fits is the answer.
 */
import { limits } from "./limits.js";
import type { PermitWait } from "./limits-port.js";
import { type BlockedOn, doubtGateType, type RunRecord } from "./run.js";
import type { WorkerPresence } from "./worker-presence.js";

export const causes = [
  "completed",
  "crash_loop",
  "failed",
  "cancelled",
  "suspect",
  "owner_silent",
  "cancelling",
  "running",
  "limit",
  "pool_paused",
  "no_worker",
  "delayed",
  "pool_full",
  "queued",
  "gate",
  "in_doubt",
  "signal",
  "poll",
  "child",
  "items",
  "retry",
  "sleep",
  "unknown",
] as const;
export type Cause = (typeof causes)[number];

export interface Situation {
  readonly run: RunRecord;
  /** Workers that are there, of any pool. */
  readonly workers: readonly WorkerPresence[];
  /** When a run that nobody owns wants to be looked at; absent = it does not. */
  readonly dueAt: number | undefined;
  /** Somebody paused the pool of the run. */
  readonly isPoolPaused?: boolean;
  /** Of a run in line for a permit. */
  readonly permitWait?: PermitWait | undefined;
  readonly now: number;
}

export interface Explanation {
  readonly cause: Cause;
  readonly sentence: string;
  /** What to do, as a sentence or a command. */
  readonly remedy: string;
}

/** An owner not heard of for this long is taken for dead by the workers' defaults. */
const silentMs = 10_000;
/** About the run as a whole; what it waits for comes after. */
interface Rule {
  readonly cause: Cause;
  readonly applies: (situation: Situation) => boolean;
  readonly say: (situation: Situation) => Omit<Explanation, "cause">;
}

export function explain(situation: Situation): Explanation {
  const rule = rules.find(({ applies }) => applies(situation));
  if (rule !== undefined) return { cause: rule.cause, ...rule.say(situation) };
  const { run } = situation;
  const kinds = Object.keys(waits);
  const own = run.blockedOn.filter((each): each is BlockedOn => each.type !== "limit");
  const [wait] = own.sort((a, b) => kinds.indexOf(a.type) - kinds.indexOf(b.type));
  if (wait !== undefined) return explainWait(wait, run);
  return {
    cause: "unknown",
    sentence: `it is ${run.status}, nobody owns it, and nothing says what it waits for`,
    remedy: `look at \`runfleet events ${run.id}\`; this should not happen, please report it`,
  };
}

const is = ({ run }: Situation, status: RunRecord["status"]): boolean => run.status === status;
const isOwned = ({ run }: Situation): boolean => run.owner !== undefined;
/** Being cancelled, by its owner or, while nobody has it, by waiting for what it has open to stop. */
const isStopping = (situation: Situation): boolean =>
  is(situation, "cancelling") &&
  (isOwned(situation) || (situation.dueAt ?? Number.POSITIVE_INFINITY) > situation.now);
/** A cancel closes the gates of the body, so one that is open lies in the always block and nothing but its answer helps. */
const isAsking = ({ run }: Situation): boolean => run.blockedOn.some(({ type }) => type === "gate");
/** Needs a worker; so does a run that was asked to end while nobody owned it. */
const isReady = (situation: Situation): boolean =>
  is(situation, "pending") || (is(situation, "cancelling") && !isStopping(situation));

const poolWorkers = ({ run, workers }: Situation): readonly WorkerPresence[] =>
  workers.filter(({ pools }) => pools.includes(run.pool));

const reasonOf = ({ error }: RunRecord): string => error?.message ?? "no reason was recorded";
/** An owner that nobody ever heard of is as silent as one can be. */
const silentFor = ({ run, now }: Situation): number => now - (run.heartbeatAt ?? 0);

const isSilent = (situation: Situation): boolean => isOwned(situation) && silentFor(situation) > silentMs;
/** Without progress in between, the present owner counted in: it is taken for dead where this is asked. */
const deathsOf = ({ run }: Situation): number => run.recoveries + 1;

const time = (epochMs: number): string => new Date(epochMs).toISOString();
const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s`;

const rules: readonly Rule[] = [
  {
    cause: "completed",
    applies: (situation) => is(situation, "completed"),
    say: ({ run }) => ({ sentence: "it has completed", remedy: `see \`runfleet show ${run.id}\`` }),
  },
  {
    cause: "crash_loop",
    applies: (situation) => is(situation, "failed") && situation.run.error?.code === "crash_loop",
    say: ({ run }) => ({
      sentence: `it was given up: ${reasonOf(run)}`,
      remedy: `mend the step that was running, then \`runfleet retry ${run.id}\``,
    }),
  },
  {
    cause: "failed",
    applies: (situation) => is(situation, "failed"),
    say: ({ run }) => ({
      sentence: `it has failed: ${reasonOf(run)}`,
      remedy: `mend the cause, then \`runfleet retry ${run.parentId === undefined ? run.id : run.rootId}\``,
    }),
  },
  {
    cause: "cancelled",
    applies: (situation) => is(situation, "cancelled"),
    say: ({ run }) => ({
      sentence: `it was cancelled${byWhom(run)}`,
      remedy: "start it again if it is wanted after all",
    }),
  },
  {
    cause: "suspect",
    applies: (situation) =>
      isSilent(situation) &&
      deathsOf(situation) >= limits.suspectRecoveries &&
      poolWorkers(situation).length > 0,
    say: (situation) => ({
      sentence: `${deathsOf(situation)} workers in a row died while they had it, so it waits for a worker that has no other such run`,
      remedy: "nothing; look at the logs of the workers that died",
    }),
  },
  {
    cause: "owner_silent",
    applies: isSilent,
    say: (situation) => ({
      sentence: `worker ${situation.run.owner} has it and has not been heard of for ${seconds(silentFor(situation))}`,
      remedy: "nothing: another worker takes it over when the lease has run out; without one, start a worker",
    }),
  },
  {
    cause: "cancelling",
    applies: (situation) => isStopping(situation) && (isOwned(situation) || !isAsking(situation)),
    say: ({ run }) => ({
      sentence: `it is being cancelled${byWhom(run)} and waits for what it has open to stop, then runs its always block`,
      remedy: `wait, or end it at once with \`runfleet terminate ${run.id}\``,
    }),
  },
  {
    cause: "running",
    applies: (situation) => isOwned(situation),
    say: (situation) => ({
      sentence: `it is moving: worker ${situation.run.owner} has it, heard of ${seconds(silentFor(situation))} ago`,
      remedy: `follow it with \`runfleet watch ${situation.run.id}\``,
    }),
  },
  {
    cause: "limit",
    applies: ({ permitWait }) => permitWait !== undefined,
    say: ({ permitWait }) => ({
      sentence: permitWait === undefined ? "" : turnSentence(permitWait),
      remedy: `nothing; or allow more: \`runfleet limit set ${permitWait?.workflow ?? ""} --${permitWait?.key === undefined ? "concurrency" : "per-key"} N\``,
    }),
  },
  {
    cause: "pool_paused",
    applies: (situation) => isReady(situation) && situation.isPoolPaused === true,
    say: ({ run }) => ({
      sentence: `it is ready, and pool "${run.pool}" is paused: workers finish what they have and take nothing more of it`,
      remedy: "resume the pool on the board of queues, /queues of the server",
    }),
  },
  {
    cause: "no_worker",
    applies: (situation) => isReady(situation) && poolWorkers(situation).length === 0,
    say: ({ run }) => ({
      sentence: `it is ready, and no worker takes runs of pool "${run.pool}"`,
      remedy: `start one: \`runfleet worker --pools ${run.pool}\``,
    }),
  },
  {
    cause: "delayed",
    applies: (situation) => is(situation, "pending") && (situation.run.readyAt ?? 0) > situation.now,
    say: ({ run }) => ({
      sentence: `it was started with a delay and begins at ${time(run.readyAt ?? 0)}`,
      remedy: "nothing",
    }),
  },
  {
    cause: "pool_full",
    applies: (situation) =>
      isReady(situation) && poolWorkers(situation).every(({ busy, slots }) => busy >= slots),
    say: (situation) => ({
      sentence: `it is ready, and all ${slotsOf(situation)} slots of pool "${situation.run.pool}" are taken`,
      remedy: "wait, or start more workers",
    }),
  },
  {
    cause: "queued",
    applies: isReady,
    say: () => ({
      sentence: "it is ready and a worker should take it at once",
      remedy: "nothing: if its wake-up was lost, a worker repeats it within seconds",
    }),
  },
];

function turnSentence({ workflow, key, limit, held, holders, before }: PermitWait): string {
  const scope = `workflow "${workflow}"${key === undefined ? "" : ` with key "${key}"`}`;
  const named = held === 0 ? "" : ` (${holders.join(", ")}${held > holders.length ? ", …" : ""})`;
  const runs = limit === undefined ? `runs of ${scope}` : `${limit} runs of ${scope}`;
  return `it waits for its turn: ${runs} may be worked on at once, ${held} are${named}, and ${before} come before it`;
}

type WaitOf<T extends BlockedOn["type"]> = Extract<BlockedOn, { type: T }>;

/** In order of importance: of several waits the first kind is named. */
const waits: { readonly [T in BlockedOn["type"]]: (wait: WaitOf<T>, run: RunRecord) => Explanation } = {
  gate: (gate, run) => gates[gateKind(gate.gateType)](gate, run),
  child: ({ childRunId, workflow }) => ({
    cause: "child",
    sentence: `it waits for run ${childRunId} of workflow "${workflow}"`,
    remedy: `\`runfleet explain ${childRunId}\``,
  }),
  items: ({ name, done, total, running }, run) => ({
    cause: "items",
    sentence: `foreach "${name}" has ${done} of ${total} items done and waits for ${running} running ones`,
    remedy: `\`runfleet show ${run.id}\` names its child runs`,
  }),
  retry: ({ name, until }) => ({
    cause: "retry",
    sentence: `step "${name}" failed and is attempted again at ${time(until)}`,
    remedy: "nothing",
  }),
  sleep: ({ until }) => ({ cause: "sleep", sentence: `it sleeps until ${time(until)}`, remedy: "nothing" }),
};

const gates: Readonly<Record<GateKind, (gate: WaitOf<"gate">, run: RunRecord) => Explanation>> = {
  person: ({ name, since, deadline }, run) => ({
    cause: "gate",
    sentence: `it waits for a person at gate "${name}" since ${time(since)}, until ${time(deadline)}`,
    remedy: `\`runfleet approve ${run.id} ${name}\`, or reject`,
  }),
  doubt: ({ name, since, prompt = "" }, run) => ({
    cause: "in_doubt",
    sentence: `step "${name}" is in doubt since ${time(since)}. ${prompt}`,
    remedy: `find out, then \`runfleet approve ${run.id} ${name} --select retry\` (it had no effect), \`--select done --result JSON\` (it had), or \`--select fail\``,
  }),
  signal: ({ name, signal = name, deadline }, run) => ({
    cause: "signal",
    sentence: `it waits for signal "${signal}" at gate "${name}", until ${time(deadline)}`,
    remedy: `\`runfleet signal ${run.id} ${signal}\``,
  }),
  poll: ({ name, gateType, deadline, problem }) => ({
    cause: "poll",
    sentence:
      problem === undefined
        ? `it asks the resolver of "${gateType}" again and again at gate "${name}", until ${time(deadline)}`
        : `the resolver of "${gateType}" at gate "${name}" ${problem}; the gate is open until ${time(deadline)}`,
    remedy:
      problem === undefined
        ? "make true what the resolver looks at"
        : "mend what the resolver needs: it goes on by itself as soon as one answer comes",
  }),
};

type GateKind = "person" | "doubt" | "signal" | "poll";

function gateKind(gateType: string): GateKind {
  if (gateType === doubtGateType) return "doubt";
  if (gateType === "human_approval" || gateType === "human_review") return "person";
  return gateType === "signal" ? "signal" : "poll";
}

function explainWait<T extends BlockedOn["type"]>(wait: WaitOf<T>, run: RunRecord): Explanation {
  return waits[wait.type as T](wait, run);
}

function slotsOf(situation: Situation): number {
  return poolWorkers(situation).reduce((sum, { slots }) => sum + slots, 0);
}

function byWhom({ cancel }: RunRecord): string {
  return cancel === undefined ? "" : ` by ${cancel.by}: ${cancel.reason}`;
}
