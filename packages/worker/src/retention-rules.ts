/** How much of the ended runs is kept, as numbers, out of what the configuration says. Decides; removes nothing. */
import { limits, RunfleetError, type RunStatus } from "@runfleet/model";
import type { Retention, RetentionRule } from "./config.js";

type EndedStatus = Extract<RunStatus, "completed" | "failed" | "cancelled">;

export interface RetentionRules {
  /** How long a run is kept after it ended so. */
  ageMs(end: { readonly workflow: string; readonly status: EndedStatus }): number;
  /** How many ended roots of a workflow are kept, and how many bytes. */
  bounds(workflow: string): { readonly countMax: number; readonly bytesMax: number };
  readonly sinkWaitMs: number;
}

const ours = {
  ageMs: {
    completed: limits.endedRunKeptMs,
    failed: limits.failedRunKeptMs,
    cancelled: limits.endedRunKeptMs,
  },
  count: limits.endedRunsKeptMax,
  bytes: limits.endedRunsBytesMax,
} as const;

/** Throws `invalid_config` for what is no positive whole number. */
export function createRetentionRules(retention: Retention = {}): RetentionRules {
  const { default: general = {}, workflows = {}, sinkWaitMs = limits.sinkWaitMs } = retention;
  checkRule("retention.default", general);
  for (const [name, rule] of Object.entries(workflows)) checkRule(`retention.workflows["${name}"]`, rule);
  checkNumber("retention.sinkWaitMs", sinkWaitMs);
  const ruleOf = (workflow: string): RetentionRule =>
    Object.hasOwn(workflows, workflow) ? (workflows[workflow] ?? {}) : {};
  return {
    ageMs: ({ workflow, status }) =>
      ageOf(ruleOf(workflow), status) ?? ageOf(general, status) ?? ours.ageMs[status],
    bounds: (workflow) => {
      const rule = ruleOf(workflow);
      return {
        countMax: rule.count ?? general.count ?? ours.count,
        bytesMax: rule.bytes ?? general.bytes ?? ours.bytes,
      };
    },
    sinkWaitMs,
  };
}

function ageOf({ ageMs }: RetentionRule, status: EndedStatus): number | undefined {
  return typeof ageMs === "object" ? ageMs[status] : ageMs;
}

function checkRule(where: string, { ageMs, count, bytes }: RetentionRule): void {
  const ages = typeof ageMs === "object" ? ageMs : { "": ageMs };
  for (const [status, value] of Object.entries(ages)) {
    checkNumber(status === "" ? `${where}.ageMs` : `${where}.ageMs.${status}`, value);
  }
  checkNumber(`${where}.count`, count);
  checkNumber(`${where}.bytes`, bytes);
}

function checkNumber(where: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new RunfleetError("invalid_config", `${where} must be a whole number above 0, not ${String(value)}`);
}
