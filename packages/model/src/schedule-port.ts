/**
 * The seam to schedules: what is remembered of each, and how it changes. A schedule stands at one due time; a due time is
 * over when its firing is recorded, and the schedule moves to the next. No implementation lives here; when a schedule
 * is due is worked out by `@runfleet/schedules`.
 */
import type { Failure } from "./outcome.js";
import type { CreateReply, NewRun } from "./outside-writes.js";
import type { SealedInputs } from "./secrets.js";
import type { Page } from "./store-port.js";

export const overlapPolicies = ["skip", "allow", "cancel"] as const;
/**
 * What happens at a due time while the last run of the schedule has not ended: `skip` starts none, `allow` starts one
 * beside it, `cancel` cancels it and starts one.
 */
export type OverlapPolicy = (typeof overlapPolicies)[number];

export const catchUpModes = ["all", "latest"] as const;
/** Which due times inside the catch-up window are made up. */
export type CatchUpMode = (typeof catchUpModes)[number];

/** When runs are due. Exactly one of `cron` and `everyMs` is there. Two schedules with equal rules have equal due times. */
export interface ScheduleRule {
  /** Five fields, or six with seconds in front. */
  readonly cron?: string;
  /** Due times are `startAt` (without one: 1970-01-01 UTC) and whole multiples after it. */
  readonly everyMs?: number;
  /** IANA name; only `cron` looks at it. */
  readonly timezone: string;
  /** No due time before it, epoch ms. */
  readonly startAt?: number;
  /** No due time after it, epoch ms. */
  readonly endAt?: number;
}

/** Everything that was said when the schedule was added, with the defaults of what was not. */
export interface ScheduleSpec extends ScheduleRule {
  readonly workflow: string;
  /** As given: the workflow's defaults are those of the version that is published when it fires. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Values of secret inputs, which are masked in `inputs`; absent when there are none. */
  readonly sealed?: SealedInputs;
  readonly overlap: OverlapPolicy;
  /** A due time that nobody could look at is made up when it is not older than this. */
  readonly catchUpMs: number;
  readonly catchUp: CatchUpMode;
  readonly label?: string;
  readonly priority?: number;
  readonly pool?: string;
}

/** What became of a due time: a run was started; none, for the last one still ran; nobody was there in time; it could not be started. */
export type FiringOutcome = "started" | "skipped" | "missed" | "failed";

export interface Firing {
  /** Due time, epoch ms; of several missed ones the first. Of a firing by hand: when it was. */
  readonly dueAt: number;
  /** When it was recorded, epoch ms. */
  readonly at: number;
  readonly outcome: FiringOutcome;
  /** The run that was started, or for whose sake none was. */
  readonly runId?: string;
  /** Due times that were missed together. */
  readonly missed?: number;
  readonly error?: Failure;
  /** Who fired it by hand. */
  readonly by?: string;
}

/** A schedule as it lies in the store. Times are epoch milliseconds. */
export interface ScheduleRecord {
  readonly name: string;
  readonly spec: ScheduleSpec;
  /** Grows with every change of the spec. */
  readonly revision: number;
  /** The due time it stands at; absent when there is none any more. While it is paused nothing happens then. */
  readonly dueAt?: number;
  readonly paused?: { readonly at: number; readonly by: string };
  /** Due times nobody was there for, all together. */
  readonly missed: number;
  readonly lastFiring?: Firing;
  /** The newest run it started. */
  readonly lastRunId?: string;
  /** Why its last due time started nothing; absent after one that did. */
  readonly error?: Failure;
  readonly createdAt: number;
  readonly changedAt: number;
}

export type PutScheduleReply =
  | { readonly tag: "created" }
  | { readonly tag: "replaced" }
  /** The same was there; nothing was written. */
  | { readonly tag: "unchanged" }
  /** There are `limits.schedulesMax` others. */
  | { readonly tag: "full" };

/** What is remembered of schedules. Every method is one script or one bounded read. */
export interface ScheduleStore {
  /** The store's time, epoch ms: due times are worked out by it. */
  time(): Promise<number>;
  /**
   * Adds a schedule or replaces its spec. One with an equal rule stays at its due time, another one goes to `dueAt`.
   * Pause, history and counts stay.
   */
  putSchedule(request: { name: string; spec: ScheduleSpec; dueAt?: number }): Promise<PutScheduleReply>;
  readSchedule(name: string): Promise<ScheduleRecord | undefined>;
  /** By name. */
  listSchedules(request: { limit: number; cursor?: string }): Promise<Page<ScheduleRecord>>;
  /** The newest `limits.firingsMax` at most, newest first: one page holds them all. */
  listFirings(request: { name: string; limit: number }): Promise<readonly Firing[]>;
  /** With its history; its runs stay. False: there was none. */
  removeSchedule(name: string): Promise<boolean>;
  pauseSchedule(request: { name: string; by: string }): Promise<"paused" | "already" | "not_found">;
  /** Goes on at `dueAt`. `changed`: its spec is not the one of `revision` any more, so that time may be wrong. */
  resumeSchedule(request: {
    name: string;
    revision: number;
    dueAt?: number;
  }): Promise<"resumed" | "changed" | "not_paused" | "not_found">;

  /**
   * Schedules whose due time has come, the longest due first, each for one caller: it is told again after `claimMs` unless it was
   * moved. `nextAt` = when there may be more.
   */
  claimSchedules(request: { limit: number; claimMs: number }): Promise<{
    readonly schedules: readonly ScheduleRecord[];
    readonly nextAt?: number;
  }>;
  /** Creates the run of a due time, unless the schedule is paused or stands elsewhere: `not_due`. */
  createDueRun(
    run: NewRun,
    due: { schedule: string; dueAt: number },
  ): Promise<CreateReply | { readonly tag: "not_due" }>;
  /**
   * Records the firing of the due time at which the schedule of `revision` stands, and moves it to `next`. `moved`: it stands
   * elsewhere. Then nothing but a run that was started is recorded.
   */
  moveSchedule(request: {
    name: string;
    revision: number;
    firing: Firing;
    next?: number;
  }): Promise<"done" | "moved" | "not_found">;
  /** Records a run that was started by hand; the due time stays. */
  recordFiring(request: { name: string; firing: Firing }): Promise<"done" | "not_found">;
}
