/**
 * What the model of the protocol remembers: Redis, the workers' memories, the others' errands, and how many faults are
 * still to come. Plain data that is never changed in place. What each part stands for in the product is said beside it.
 */

export type RunName = "solo" | "parent" | "child";
export type WorkerName = "A" | "B";
export type OutsiderName = "client" | "answerer" | "canceller" | "sweeper";

/** Events a run hears from outside, in its inbox. */
export type RunEvent = "started" | "answered" | "cancelled" | "child ended";

/** How far the engine has come with a run: its state in parts, as small as it can be. */
export type Stage = "new" | "asked" | "waiting" | "done";

/** BullMQ's job of a run: `resting` is delayed for a moment, `sleeping` until a deadline or a wake-up, `done` completed or failed. */
export type Job = "gone" | "waiting" | `active ${WorkerName}` | "resting" | "sleeping" | "done";

/** `run:<id>` with its parts, inbox, gates and the time at which somebody has to look at it. */
export interface RunRecord {
  readonly status: "none" | "pending" | "running" | "waiting" | "ended";
  readonly generation: number;
  readonly nonce: number;
  readonly isOwned: boolean;
  readonly stage: Stage;
  readonly gate: "shut" | "open";
  readonly inbox: readonly RunEvent[];
  /** The newest commit's id. */
  readonly commit: CommitId;
  /** `due`: in `timers`. `at the deadline`: parked until then, by its record. */
  readonly timer: "none" | "due" | "at the deadline";
  /** For the judge: how often the result of the run's one step was recorded, and how often it heard of its child. */
  readonly recorded: number;
  readonly heard: number;
}

export interface CommitId {
  readonly generation: number;
  readonly number: number;
}

/** Everything Redis knows of one run. */
export interface Stored {
  readonly record: RunRecord;
  /** `lease:<id>`: token of its holder, 0 when it is free. */
  readonly lease: number;
  readonly job: Job;
}

/** Work that nobody has confirmed yet. */
export type OutboxEntry = `start ${RunName}` | `wake ${RunName}`;

export interface Redis {
  readonly runs: Readonly<Partial<Record<RunName, Stored>>>;
  readonly outbox: readonly OutboxEntry[];
}

/** One small thing to do in Redis, outside the fence, safe to do twice. */
export type Errand =
  | { readonly does: "create" | "add" | "wake" | "remove" | "answer" | "tell"; readonly run: RunName }
  | { readonly does: "confirm"; readonly entry: OutboxEntry };

/** Where a worker is between two of its steps; the file `protocol.ts` tells it in order. */
export type Place =
  | "idle"
  | "has a job"
  | "has a token"
  | "has a number"
  | "decides"
  | "performs"
  | "runs errands"
  | "releases"
  | "moves the job"
  | "looks again"
  | "promotes";

/** What happens to the job in the end. */
export type Disposition = "sleep" | "rest" | "back" | "done";

/** A slot of a worker: it does one thing at a time and forgets everything when it dies. */
export interface Worker {
  readonly at: Place;
  readonly run: RunName | undefined;
  readonly token: number;
  readonly generation: number;
  /** Number of the next write. */
  readonly commits: number;
  readonly stage: Stage;
  readonly hasPerformed: boolean;
  /** Events it has read and not consumed: always the first ones of the inbox. */
  readonly events: readonly RunEvent[];
  readonly errands: readonly Errand[];
  readonly disposition: Disposition;
  /** It stands still for so long that its lease and its job's lock may run out; it may go on at any moment. */
  readonly isLate: boolean;
  readonly isStopping: boolean;
}

/** Faults and whims that may still happen. */
export interface Left {
  readonly deaths: number;
  readonly stalls: number;
  readonly lostAnswers: number;
  readonly failovers: number;
  readonly stops: number;
  readonly cancels: number;
}

export interface State {
  readonly redis: Redis;
  readonly workers: Readonly<Record<WorkerName, Worker>>;
  /** What a client, a person or a sweeper still has to do. */
  readonly outsiders: Readonly<Record<OutsiderName, readonly Errand[]>>;
  /** The greatest generation ever granted, also one that Redis has forgotten. Time has gone on since. */
  readonly granted: number;
  readonly isDeadlineOver: boolean;
  /** Lease tokens given so far. */
  readonly tokens: number;
  readonly left: Left;
}

export const idle: Worker = {
  at: "idle",
  run: undefined,
  token: 0,
  generation: 0,
  commits: 0,
  stage: "new",
  hasPerformed: false,
  events: [],
  errands: [],
  disposition: "rest",
  isLate: false,
  isStopping: false,
};

const notThere: Stored = {
  record: {
    status: "none",
    generation: 0,
    nonce: 0,
    isOwned: false,
    stage: "new",
    gate: "shut",
    inbox: [],
    commit: { generation: 0, number: 0 },
    timer: "none",
    recorded: 0,
    heard: 0,
  },
  lease: 0,
  job: "gone",
};

export function firstState(runs: readonly RunName[], left: Left): State {
  return {
    redis: { runs: Object.fromEntries(runs.map((run) => [run, notThere])), outbox: [] },
    workers: { A: idle, B: idle },
    outsiders: { client: [], answerer: [], canceller: [], sweeper: [] },
    granted: 0,
    isDeadlineOver: false,
    tokens: 0,
    left,
  };
}

export function storedOf({ runs }: Redis, run: RunName): Stored {
  const stored = runs[run];
  if (stored === undefined) throw new Error(`the model has no run ${run}`);
  return stored;
}

export function withStored(redis: Redis, run: RunName, change: Partial<Stored>): Redis {
  return { ...redis, runs: { ...redis.runs, [run]: { ...storedOf(redis, run), ...change } } };
}

export function withRecord(redis: Redis, run: RunName, change: Partial<RunRecord>): Redis {
  return withStored(redis, run, { record: { ...storedOf(redis, run).record, ...change } });
}

export function withWorker(state: State, name: WorkerName, change: Partial<Worker>): State {
  return { ...state, workers: { ...state.workers, [name]: { ...state.workers[name], ...change } } };
}

export const workerNames = ["A", "B"] as const;
