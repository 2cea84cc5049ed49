/**
 * What a start may ask of the queue: pool names, delays, priorities. The one rule for client, store and queue, so that
 * nothing is stored that can never be queued. Says what is wrong; throws nothing and writes nothing.
 */

/**
 * First words of the store's own keys under the hash tag (`{rf:0}:run:<id>`). The queue's keys are
 * `<tag>:<pool>:<job id>`, so a pool with one of these names would write over runs.
 */
export const reservedPoolNames: ReadonlySet<string> = new Set([
  "run",
  "runs",
  "lease",
  "leases",
  "timers",
  "outbox",
  "gates",
  "def",
  "defs",
  "idem",
  "events",
  "sinks",
  "schedule",
  "schedules",
  "workers",
  "cancel",
  "permits",
  "limits",
  "usage",
  "scaling",
  "layout",
]);

/** Lower case, so that two pools never differ by case alone; short, because it is part of every key. */
const poolPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/**
 * The longest delay of a start: a year. BullMQ keeps delayed jobs in a sorted set with score `time * 4096`, which is
 * exact up to the year 2039; a year from now stays clear of that.
 */
export const delayMsMax = 365 * 86_400_000;

/** BullMQ's own bound for priorities: they share a 53 bit score with a counter. */
const priorityMax = 2_097_151;

/** Why no pool can be called so, or nothing when one can. */
export function poolProblem(pool: string): string | undefined {
  if (reservedPoolNames.has(pool)) return `the pool name "${pool}" is reserved`;
  if (poolPattern.test(pool)) return undefined;
  const shown = JSON.stringify(pool.slice(0, 120));
  return `the pool ${shown} must be 1 to 63 lower case letters, digits, dots, dashes or underscores and begin with a letter or digit`;
}

/** Why a run cannot be queued with this delay or priority, or nothing when it can. */
export function scheduleProblem(schedule: {
  readonly delayMs?: number;
  readonly priority?: number;
}): string | undefined {
  return (
    wholeNumberProblem({ what: "delayMs", value: schedule.delayMs, min: 0, max: delayMsMax }) ??
    wholeNumberProblem({ what: "priority", value: schedule.priority, min: 0, max: priorityMax })
  );
}

/** Why a value is not a whole number within its bounds, or nothing when it is one or absent. */
export function wholeNumberProblem(checked: {
  readonly what: string;
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
}): string | undefined {
  const { what, value, min, max } = checked;
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return undefined;
  return `${what} must be a whole number from ${min} to ${max}, not ${value}`;
}
