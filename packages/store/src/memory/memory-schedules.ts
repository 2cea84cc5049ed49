/** Schedules in memory: the counterparts of the scripts about them, step by step. */
import {
  type Firing,
  limits,
  type ScheduleRecord,
  type ScheduleSpec,
  type ScheduleStore,
} from "@runfleet/model";
import { pageOf, pageRows } from "../page.js";
import { ruleText, specText } from "../schedule-record.js";
import { checkNewRun } from "../start-of-run.js";
import { createRun } from "./memory-outside-writes.js";
import { copy, type MemoryState, type StoredSchedule } from "./memory-state.js";

export function memorySchedules(state: MemoryState): ScheduleStore {
  const { schedules } = state;
  const named = (name: string): StoredSchedule | undefined => schedules.get(name);
  return {
    time: async () => state.now(),
    putSchedule: async (request) => put(state, request),
    readSchedule: async (name) => toRecord(name, named(name)),
    listSchedules: async ({ limit, cursor }) => {
      const left = [...schedules.entries()]
        .filter(([name]) => cursor === undefined || name > cursor)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, stored]) => toRecord(name, stored) ?? []);
      return pageOf(left, { limit, cursorOf: ({ name }) => name });
    },
    removeSchedule: async (name) => schedules.delete(name),
    pauseSchedule: async ({ name, by }) => {
      const stored = named(name);
      if (stored === undefined) return "not_found";
      if (stored.paused !== undefined) return "already";
      stored.paused = { at: state.now(), by };
      stored.lookAt = undefined;
      return "paused";
    },
    resumeSchedule: async ({ name, revision, dueAt }) => {
      const stored = named(name);
      if (stored === undefined) return "not_found";
      if (stored.paused === undefined) return "not_paused";
      if (stored.revision !== revision) return "changed";
      stored.paused = undefined;
      standAt(stored, dueAt);
      return "resumed";
    },
    claimSchedules: async (request) => claim(state, request),
    createDueRun: async (run, { schedule, dueAt }) => {
      checkNewRun(run);
      const standing = named(schedule);
      const isDue = standing?.dueAt === dueAt && standing.paused === undefined;
      return createRun(state, run, isDue ? "due" : "not due");
    },
    moveSchedule: async ({ name, revision, firing, next }) => {
      const stored = named(name);
      if (stored === undefined) return "not_found";
      if (stored.revision !== revision || stored.dueAt !== firing.dueAt) {
        const isKnown = stored.firings.some(({ dueAt }) => dueAt === firing.dueAt);
        if (firing.outcome === "started" && !isKnown) record(stored, firing);
        return "moved";
      }
      stored.missed += firing.missed ?? 0;
      record(stored, firing);
      standAt(stored, next);
      return "done";
    },
    recordFiring: async ({ name, firing }) => {
      const stored = named(name);
      if (stored === undefined) return "not_found";
      record(stored, firing);
      return "done";
    },
    listFirings: async ({ name, limit }) => {
      const firings = named(name)?.firings ?? [];
      return copy(firings.toReversed().slice(0, pageRows(limit)));
    },
  };
}

/** While it is paused nobody looks at it. */
function standAt(stored: StoredSchedule, dueAt: number | undefined): void {
  stored.dueAt = dueAt;
  stored.lookAt = stored.paused === undefined ? dueAt : undefined;
}

function put(
  state: MemoryState,
  { name, spec, dueAt }: { readonly name: string; readonly spec: ScheduleSpec; readonly dueAt?: number },
) {
  const text = specText(spec);
  const stored = state.schedules.get(name);
  if (stored?.spec === text) return { tag: "unchanged" } as const;
  const now = state.now();
  if (stored !== undefined) {
    const isSameRule = stored.rule === ruleText(spec);
    Object.assign(stored, { spec: text, rule: ruleText(spec), changedAt: now, error: undefined });
    stored.revision = Math.max(stored.revision + 1, now);
    if (!isSameRule) standAt(stored, dueAt);
    return { tag: "replaced" } as const;
  }
  if (state.schedules.size >= limits.schedulesMax) return { tag: "full" } as const;
  const times = { createdAt: now, changedAt: now, dueAt, lookAt: dueAt };
  const added = { spec: text, rule: ruleText(spec), revision: Math.max(1, now), missed: 0, firings: [] };
  state.schedules.set(name, { ...added, ...times });
  return { tag: "created" } as const;
}

function claim(state: MemoryState, { limit, claimMs }: { readonly limit: number; readonly claimMs: number }) {
  const now = state.now();
  const looks = [...state.schedules].flatMap(([name, stored]) =>
    stored.lookAt === undefined || stored.lookAt > now ? [] : [{ name, stored, at: stored.lookAt }],
  );
  const told = looks.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).slice(0, pageRows(limit));
  for (const { stored } of told) stored.lookAt = now + claimMs;
  const later = [...state.schedules.values()].flatMap(({ lookAt }) => lookAt ?? []);
  return {
    schedules: told.flatMap(({ name, stored }) => toRecord(name, stored) ?? []),
    ...(later.length === 0 ? {} : { nextAt: Math.min(...later) }),
  };
}

/** A slow worker may tell of a due time before the last one: that stays the last. */
function record(stored: StoredSchedule, firing: Firing): void {
  const kept = copy(firing);
  if (firing.dueAt >= (stored.lastFiring?.dueAt ?? 0)) {
    stored.lastFiring = kept;
    if (firing.outcome === "started") {
      stored.lastRunId = firing.runId;
      stored.error = undefined;
    } else if (firing.error !== undefined) stored.error = kept.error;
  }
  const firings = [...stored.firings, kept].sort((a, b) => a.dueAt - b.dueAt);
  stored.firings = firings.slice(-limits.firingsMax);
}

function toRecord(name: string, stored: StoredSchedule | undefined): ScheduleRecord | undefined {
  if (stored === undefined) return undefined;
  const { revision, missed, createdAt, changedAt, dueAt, paused, lastFiring, lastRunId, error } = stored;
  return copy({
    ...{ name, spec: JSON.parse(stored.spec) as ScheduleSpec, revision, missed, createdAt, changedAt },
    ...{ dueAt, paused, lastFiring, lastRunId, error },
  }) as ScheduleRecord;
}
