/**
 * The due times of a rule. Intervals are counted from a fixed time and never from the last firing, so nothing drifts
 * and workers that know nothing of each other agree.
 */
import type { ScheduleRule } from "@runfleet/model";
import { nextCronTime } from "./cron.js";

/** The first due time after `after`, both epoch ms; nothing when there is none any more. */
export function nextDue(rule: ScheduleRule, after: number): number | undefined {
  const { startAt, endAt } = rule;
  // The start itself may be due.
  const from = startAt === undefined ? after : Math.max(after, startAt - 1);
  const due = rule.everyMs === undefined ? cronDue(rule, from) : intervalDue(rule, rule.everyMs, from);
  return due === undefined || (endAt !== undefined && due > endAt) ? undefined : due;
}

function cronDue({ cron, timezone }: ScheduleRule, after: number): number | undefined {
  return cron === undefined ? undefined : nextCronTime(cron, timezone, after);
}

function intervalDue({ startAt = 0 }: ScheduleRule, everyMs: number, after: number): number {
  return startAt + (Math.floor((after - startAt) / everyMs) + 1) * everyMs;
}
