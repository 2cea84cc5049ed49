/** What the calls of the producer SDK answer: plain documents, times as ISO 8601 texts. Only shapes, no behaviour. */
import type {
  CatchUpMode,
  Definition,
  Explanation,
  Failure,
  FiringOutcome,
  OverlapPolicy,
  RunDocument,
  RunStatus,
  UsageSums,
} from "@runfleet/model";

export interface PublishedVersion {
  readonly name: string;
  /** SHA-256 of the definition's JSON, hexadecimal. */
  readonly hash: string;
}

export interface WorkflowDocument extends PublishedVersion {
  /** ISO 8601. */
  readonly publishedAt: string;
}

/** What is published under a name. */
export interface PublishedDocument extends PublishedVersion {
  readonly definition: Definition;
}

/** A run without what belongs to its steps and children, as lists show it. */
export type RunRow = Omit<RunDocument, "steps" | "currentSteps" | "children" | "hasMoreChildren">;

export interface RunPage {
  readonly runs: readonly RunRow[];
  /** Hand it to the next call; null on the last page. */
  readonly cursor: string | null;
}

/** The version of its workflow that a run uses, whatever was published since. */
export interface DefinitionDocument {
  /** Of the run. */
  readonly id: string;
  /** SHA-256 of the definition's JSON, hexadecimal. */
  readonly hash: string;
  readonly definition: Definition;
}

/** A run above another one, and the step of it that waits for the run below. */
export interface AncestorDocument {
  readonly runId: string;
  readonly workflow: string;
  readonly label: string | null;
  readonly address: string;
}

/** A gate somebody can answer. Times are ISO 8601. */
export interface GateDocument {
  readonly runId: string;
  readonly workflow: string;
  readonly label: string | null;
  readonly address: string;
  readonly name: string;
  readonly gateType: string;
  readonly prompt: string | null;
  /** Value → label of what may be selected; null when nothing can. */
  readonly options: Readonly<Record<string, string>> | null;
  /** Who should answer, where the workflow says so (`as`). */
  readonly as: string | null;
  readonly since: string;
  readonly deadline: string;
  /** The runs that wait for this one, its parent first, the root run last. */
  readonly ancestors: readonly AncestorDocument[];
}

export interface GatePage {
  readonly gates: readonly GateDocument[];
  readonly cursor: string | null;
}

/** What became of a signal. It is durable in every case. */
export interface SignalReceipt {
  /** `duplicate`: one with the same dedupe id came before, so this one was dropped. */
  readonly received: "new" | "duplicate";
  /** Whether a gate of the run's workflow waits for signals of this name, now or later; others are kept and never taken. */
  readonly isExpected: boolean;
  /** The names that gates of the workflow wait for. */
  readonly expected: readonly string[];
}

/** What runs used, and how many of them ended how. */
export interface UsageRow extends UsageSums {
  /** `2026-11-30` in UTC; null: all days of the range. */
  readonly day: string | null;
  /** Null: all workflows. "*": those without rows of their own. */
  readonly workflow: string | null;
}

export interface UsageDocument {
  /** First and last day. */
  readonly from: string;
  readonly to: string;
  readonly by: "both" | "day" | "workflow";
  readonly totals: UsageSums;
  /** By day there is one for every day; else only where something was used or ended. Days in order, workflows by cost. */
  readonly rows: readonly UsageRow[];
}

/** How far a change of many runs has come. */
export interface ManyDocument {
  readonly dryRun: boolean;
  /** "limit": there may be more, from `cursor` on or, without one, by beginning anew. "stopped": the caller ended it; beginning anew goes on with what is left. */
  readonly ended: "running" | "done" | "limit" | "stopped";
  /** Where a further call goes on, when `pages` ended this one. */
  readonly cursor: string | null;
  /** Runs that the filter chose. */
  readonly matched: number;
  /** Runs that were told; none in a dry run. */
  readonly changed: number;
  /** Runs that had changed since they were looked at: how many for which error code. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly failed: number;
  /** The first 100 of those that failed. */
  readonly failures: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  /** The first ten that were chosen. */
  readonly sample: readonly Pick<RunRow, "id" | "workflow" | "status" | "label" | "createdAt">[];
}

/** What became of a due time. */
export interface FiringDocument {
  /** Of several missed ones the first; of a run by hand when it was. ISO 8601. */
  readonly dueAt: string;
  readonly at: string;
  readonly outcome: FiringOutcome;
  /** The run that was started, or for whose sake none was. */
  readonly runId: string | null;
  /** How many were missed together. */
  readonly missed: number | null;
  readonly error: Failure | null;
  /** Who ran it by hand. */
  readonly by: string | null;
}

export interface ScheduleDocument {
  readonly name: string;
  readonly workflow: string;
  /** One of the two is null. */
  readonly cron: string | null;
  readonly everyMs: number | null;
  readonly timezone: string;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly overlap: OverlapPolicy;
  readonly catchUpMs: number;
  readonly catchUp: CatchUpMode;
  readonly label: string | null;
  readonly priority: number | null;
  readonly pool: string | null;
  /** ISO 8601; null while it is paused, and when it is never due again. */
  readonly nextDue: string | null;
  readonly paused: { readonly at: string; readonly by: string } | null;
  /** Due times at which no worker was there, and that were too old to be made up, all together. */
  readonly missed: number;
  readonly lastFiring: FiringDocument | null;
  /** The newest run it started; status null: it has been forgotten. */
  readonly lastRun: { readonly id: string; readonly status: RunStatus | null } | null;
  /** Why the last due time could not start its run; null when one was started since. */
  readonly error: Failure | null;
  readonly createdAt: string;
  readonly changedAt: string;
}

export interface SchedulePage {
  readonly schedules: readonly ScheduleDocument[];
  /** Hand it to the next call; null on the last page. */
  readonly cursor: string | null;
}

export interface ScheduleChange {
  readonly change: "created" | "replaced" | "unchanged";
  readonly schedule: ScheduleDocument;
}

/** What an operator has set for a workflow; null: as definitions and starts say. */
export interface SetLimitDocument {
  readonly workflow: string;
  readonly concurrency: number | null;
  readonly perKey: number | null;
  readonly rate: { readonly limit: number; readonly perMs: number; readonly burst: number } | null;
}

/** What a limit counts together, while some run has a permit or waits for one. */
export interface ScopeDocument {
  readonly workflow: string;
  /** Value of the key; null: the whole workflow. */
  readonly key: string | null;
  /** Runs that may be worked on at once; null: nothing limits them any more. */
  readonly limit: number | null;
  readonly held: number;
  readonly waiting: number;
}

export interface LimitPage {
  readonly set: readonly SetLimitDocument[];
  readonly scopes: readonly ScopeDocument[];
  readonly cursor: string | null;
}

/** Why a run is not moving. */
export interface RunExplanation extends Explanation {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  /** The same of the child run it waits for. */
  readonly because: RunExplanation | null;
}
