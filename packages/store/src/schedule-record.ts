/**
 * A schedule's hash, read back, and the texts by which both stores tell whether two specs are the same. Fields: `spec`, `rule`, `last`
 * (JSON), `revision`, `due` (empty: none any more), `missed`, `lastAt`, `lastRunId`, `error` (JSON), `pausedAt`, `pausedBy`,
 * `createdAt`, `changedAt`. Absent = not so. Writes nothing; the scripts do.
 */
import type { Failure, Firing, ScheduleRecord, ScheduleRule, ScheduleSpec } from "@runfleet/model";

/** Nothing when the hash is empty: there is no such schedule. */
export function toScheduleRecord(
  name: string,
  fields: Readonly<Record<string, string | undefined>>,
): ScheduleRecord | undefined {
  const { spec, last, error, due, pausedAt, pausedBy, lastRunId } = fields;
  if (spec === undefined) return undefined;
  return {
    name,
    spec: JSON.parse(spec) as ScheduleSpec,
    revision: Number(fields["revision"]),
    missed: Number(fields["missed"]),
    createdAt: Number(fields["createdAt"]),
    changedAt: Number(fields["changedAt"]),
    ...(due === undefined || due === "" ? {} : { dueAt: Number(due) }),
    ...(pausedAt === undefined ? {} : { paused: { at: Number(pausedAt), by: pausedBy ?? "" } }),
    ...(last === undefined ? {} : { lastFiring: JSON.parse(last) as Firing }),
    ...(lastRunId === undefined ? {} : { lastRunId }),
    ...(error === undefined ? {} : { error: JSON.parse(error) as Failure }),
  };
}

/** Equal rules have equal texts. */
export function ruleText({ cron, everyMs, timezone, startAt, endAt }: ScheduleRule): string {
  return JSON.stringify({ cron, everyMs, timezone, startAt, endAt });
}

/** Equal specs have equal texts, in whatever order their members were written. */
export function specText(spec: ScheduleSpec): string {
  const { cron, everyMs, timezone, startAt, endAt, workflow, overlap, catchUpMs, catchUp } = spec;
  const inputs = Object.fromEntries(Object.entries(spec.inputs).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { label, priority, pool } = spec;
  return JSON.stringify({
    ...{ cron, everyMs, timezone, startAt, endAt, workflow, inputs, overlap, catchUpMs, catchUp },
    ...{ label, priority, pool, sealed: spec.sealed },
  });
}
