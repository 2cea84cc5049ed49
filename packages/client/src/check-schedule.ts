/**
 * Refuses what cannot be a schedule, before anything is written, and gives the rest its defaults. Knows nothing about the workflow;
 * whether its inputs fit is checked in `schedules.ts`.
 */
import {
  durationMsMax,
  limits,
  RunfleetError,
  type ScheduleRule,
  type ScheduleSpec,
  wholeNumberProblem,
} from "@runfleet/model";
import { cronProblem, timezoneProblem } from "@runfleet/schedules";
import { textInputs } from "./check-inputs.js";
import { checkName, checkStartOptions } from "./check-start-options.js";
import type { ScheduleOptions } from "./client-options.js";

/** A schedule nobody chose a window for makes up what a restart of the fleet would have cost, and no more. */
const defaultCatchUpMs = 60_000;

/** Throws `invalid_usage` for a name no schedule can have. */
export function checkScheduleName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return;
  refuse(
    `the schedule name ${JSON.stringify(name.slice(0, 120))} must be 1 to 100 letters, digits, dots, dashes or underscores and begin with a letter or digit`,
  );
}

/** Throws `invalid_usage`, `invalid_input`, `too_large`. */
export function checkSchedule(options: ScheduleOptions): ScheduleSpec {
  const { workflow, label, priority, pool, overlap = "skip", catchUp = "all" } = options;
  const { catchUpMs = defaultCatchUpMs } = options;
  checkName("workflow name", workflow);
  const choices = {
    ...(label === undefined ? {} : { label }),
    ...(priority === undefined ? {} : { priority }),
    ...(pool === undefined ? {} : { pool }),
  };
  checkStartOptions(choices);
  refuse(wholeNumberProblem({ what: "catchUpMs", value: catchUpMs, min: 0, max: durationMsMax }));
  const inputs = textInputs(options.inputs ?? {});
  return { ...readRule(options), workflow, inputs, overlap, catchUpMs, catchUp, ...choices };
}

function readRule(options: ScheduleOptions): ScheduleRule {
  const { cron, everyMs, timezone = "UTC" } = options;
  if ((cron === undefined) === (everyMs === undefined)) {
    refuse("a schedule needs either a cron expression or an interval (everyMs)");
  }
  if (cron !== undefined) refuse(cronProblem(cron));
  refuse(wholeNumberProblem({ what: "everyMs", value: everyMs, min: limits.everyMsMin, max: durationMsMax }));
  refuse(timezoneProblem(timezone));
  const startAt = readTime("startAt", options.startAt);
  const endAt = readTime("endAt", options.endAt);
  if (startAt !== undefined && endAt !== undefined && endAt < startAt) {
    refuse("endAt must not be before startAt");
  }
  return {
    timezone,
    ...(cron === undefined ? {} : { cron }),
    ...(everyMs === undefined ? {} : { everyMs }),
    ...(startAt === undefined ? {} : { startAt }),
    ...(endAt === undefined ? {} : { endAt }),
  };
}

/** Epoch ms. A text without a zone would mean another time on each machine. */
function readTime(what: string, value: string | Date | undefined): number | undefined {
  if (value === undefined) return undefined;
  const hasZone = value instanceof Date || /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const time = hasZone ? new Date(value).getTime() : Number.NaN;
  if (!Number.isNaN(time) && time >= 0) return time;
  const shown = JSON.stringify(value instanceof Date ? String(value) : value.slice(0, 50));
  return refuse(
    `${what} must be a time with its zone since 1970, for example 2026-03-01T08:00:00Z, not ${shown}`,
  );
}

function refuse(problem: string): never;
function refuse(problem: string | undefined): undefined;
function refuse(problem: string | undefined): undefined {
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
  return undefined;
}
