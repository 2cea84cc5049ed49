/**
 * Every label of the catalogue. A label is closed (its values are known, here) or open (names that people choose). Of an open
 * one so many values get series of their own, in the order they come; all others are counted together as `other`. A run's id is
 * no label, ever: it would be a series for each run.
 */
import { limits } from "@runfleet/model";

export interface ClosedLabel {
  readonly name: string;
  readonly values: readonly string[];
}

export interface OpenLabel {
  readonly name: string;
  /** Values with series of their own in one process. */
  readonly valuesMax: number;
}

export type Label = ClosedLabel | OpenLabel;

/** Where the values of an open label go that came too late. */
export const otherValue = "other";

/** The label that every series has: the fleet it belongs to. */
export const namespaceLabel = "namespace";

/** Enough for a chart, few enough that a metric with buckets stays in the thousands of series. */
export const workflow = { name: "workflow", valuesMax: 200 } as const;
export const action = { name: "action", valuesMax: 200 } as const;
export const pool = { name: "pool", valuesMax: limits.scalingPoolsMax } as const;

export const kind = {
  name: "kind",
  values: ["call", "script", "child", "gate", "sleep", "foreach"],
} as const;
export const stepOutcome = {
  name: "outcome",
  values: ["completed", "failed", "skipped", "timed_out", "cancelled"],
} as const;
export const runOutcome = { name: "outcome", values: ["completed", "failed", "cancelled"] } as const;
export const activationOutcome = { name: "outcome", values: ["parked", "ended", "yielded", "busy"] } as const;
export const renewalOutcome = { name: "outcome", values: ["renewed", "lost", "failed"] } as const;
export const firingOutcome = { name: "outcome", values: ["started", "skipped", "missed", "failed"] } as const;
export const start = { name: "start", values: ["fresh", "continued"] } as const;
export const write = {
  name: "write",
  values: ["commit", "park", "release", "finish", "heartbeat"],
} as const;
export const repaired = {
  name: "what",
  values: ["outbox_entry", "sleeping_run", "silent_owner", "line"],
} as const;
export const lossReason = { name: "reason", values: ["taken", "overdue", "repeated"] } as const;
export const tokenType = {
  name: "type",
  values: ["input", "output", "cache_read", "cache_creation"],
} as const;
export const runStatus = {
  name: "status",
  values: ["pending", "running", "waiting", "cancelling", "completed", "failed", "cancelled"],
} as const;
export const memoryPart = { name: "part", values: ["open_runs", "ended_runs", "lists"] } as const;
