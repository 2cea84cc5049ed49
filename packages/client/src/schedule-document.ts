/** Schedules and their firings as documents: times as ISO 8601, absent values as null. Pure. */
import type { Firing, RunRecord, ScheduleRecord } from "@runfleet/model";
import type { FiringDocument, ScheduleDocument } from "./client-documents.js";
import { isoTime, isoTimeOrNull } from "./run-document.js";

export function scheduleDocument(schedule: ScheduleRecord, lastRun: RunRecord | undefined): ScheduleDocument {
  const { name, spec, paused, missed, lastFiring, lastRunId, error } = schedule;
  const { workflow, timezone, inputs, overlap, catchUpMs, catchUp } = spec;
  return {
    ...{ name, workflow, timezone, inputs: { ...inputs }, overlap, catchUpMs, catchUp, missed },
    cron: spec.cron ?? null,
    everyMs: spec.everyMs ?? null,
    startAt: isoTimeOrNull(spec.startAt),
    endAt: isoTimeOrNull(spec.endAt),
    label: spec.label ?? null,
    priority: spec.priority ?? null,
    pool: spec.pool ?? null,
    nextDue: paused === undefined ? isoTimeOrNull(schedule.dueAt) : null,
    paused: paused === undefined ? null : { at: isoTime(paused.at), by: paused.by },
    lastFiring: lastFiring === undefined ? null : firingDocument(lastFiring),
    lastRun: lastRunId === undefined ? null : { id: lastRunId, status: lastRun?.status ?? null },
    error: error ?? null,
    createdAt: isoTime(schedule.createdAt),
    changedAt: isoTime(schedule.changedAt),
  };
}

export function firingDocument(firing: Firing): FiringDocument {
  return {
    dueAt: isoTime(firing.dueAt),
    at: isoTime(firing.at),
    outcome: firing.outcome,
    runId: firing.runId ?? null,
    missed: firing.missed ?? null,
    error: firing.error ?? null,
    by: firing.by ?? null,
  };
}
