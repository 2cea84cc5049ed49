/**
 * Schedules, as the client keeps them: added, read, paused, removed, fired by hand. Workers fire what is due. Due times are worked out
 * by the store's clock, so that a producer whose own is wrong shifts nothing.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Definition,
  isRunfleetError,
  limits,
  RunfleetError,
  type ScheduleRecord,
  type ScheduleSpec,
  type SealedInputs,
} from "@runfleet/model";
import { nextDue } from "@runfleet/schedules";
import { type SealedPlace, type SecretBox, sealInputs } from "@runfleet/store";
import { completeInputs } from "./check-inputs.js";
import { checkSchedule, checkScheduleName } from "./check-schedule.js";
import type { FiringDocument, ScheduleChange, ScheduleDocument, SchedulePage } from "./client-documents.js";
import type { ScheduleListOptions, ScheduleOptions } from "./client-options.js";
import type { Connections } from "./connections.js";
import { pageRequest, pageRows } from "./page-request.js";
import { findTarget } from "./prepare-run.js";
import { firingDocument, scheduleDocument } from "./schedule-document.js";
import { type Started, startAgain } from "./start-run.js";

/** Checks everything, then writes once; the same again changes nothing. */
export async function putSchedule(
  connections: Connections,
  name: string,
  options: ScheduleOptions,
): Promise<ScheduleChange> {
  const { store } = connections;
  checkScheduleName(name);
  const given = checkSchedule(options);
  const { definition } = await findTarget(connections, given.workflow);
  completeInputs(definition, given.inputs);
  const spec = await sealed(connections, name, { given, definition });
  const dueAt = nextDue(spec, await store.time());
  if (dueAt === undefined) {
    throw new RunfleetError("invalid_usage", `the schedule "${name}" would never be due`);
  }
  const { tag: change } = await store.putSchedule({ name, spec, dueAt });
  if (change === "full") {
    throw new RunfleetError(
      "too_large",
      `the fleet has ${limits.schedulesMax} schedules already, the most there can be`,
    );
  }
  return { change, schedule: await readSchedule(connections, name) };
}

/**
 * Sealing the same twice gives two texts. Values that are there already stay as they are, so that the same schedule again
 * changes nothing.
 */
async function sealed(
  { store, secrets }: Connections,
  name: string,
  { given, definition }: { readonly given: ScheduleSpec; readonly definition: Definition },
): Promise<ScheduleSpec> {
  const place = `schedule ${name}` as const;
  const { secretInputs, ...stored } = sealInputs(secrets, place, { definition, inputs: given.inputs });
  if (secretInputs === undefined) return given;
  const before = (await store.readSchedule(name))?.spec.sealed;
  const isSame = before !== undefined && sameSecrets(secrets, place, [before, stored.sealed ?? {}]);
  return { ...given, ...stored, ...(isSame ? { sealed: before } : {}) };
}

/** Values that cannot be read any more are replaced. */
function sameSecrets(
  secrets: SecretBox,
  place: SealedPlace,
  sealedTwice: readonly [SealedInputs, SealedInputs],
): boolean {
  try {
    const [before, now] = sealedTwice.map((values) => secrets.open(place, values));
    return isDeepStrictEqual(before, now);
  } catch (error) {
    if (isRunfleetError(error) && error.code === "secret_unreadable") return false;
    throw error;
  }
}

export async function readSchedule(connections: Connections, name: string): Promise<ScheduleDocument> {
  return toDocument(connections, await findSchedule(connections, name));
}

export async function listSchedules(
  connections: Connections,
  options: ScheduleListOptions,
): Promise<SchedulePage> {
  const page = await connections.store.listSchedules(pageRequest("schedules", options));
  const schedules = await Promise.all(page.rows.map((schedule) => toDocument(connections, schedule)));
  return { schedules, cursor: page.cursor ?? null };
}

export async function listFirings(
  connections: Connections,
  name: string,
  { limit }: { readonly limit?: number },
): Promise<readonly FiringDocument[]> {
  await findSchedule(connections, name);
  const firings = await connections.store.listFirings({ name, limit: pageRows(limit) });
  return firings.map(firingDocument);
}

export async function removeSchedule({ store }: Connections, name: string): Promise<void> {
  if (!(await store.removeSchedule(name))) throw scheduleNotFound(name);
}

/** Asking twice is harmless. */
export async function pauseSchedule(
  { store, actor }: Connections,
  name: string,
  { by = actor }: { readonly by?: string },
): Promise<void> {
  if ((await store.pauseSchedule({ name, by })) === "not_found") throw scheduleNotFound(name);
}

/** Somebody may change the schedule at the same time: then its next due time is worked out again. */
const resumeTriesMax = 5;

export async function resumeSchedule(connections: Connections, name: string): Promise<void> {
  const { store } = connections;
  for (let tries = 0; tries < resumeTriesMax; tries += 1) {
    const { spec, revision } = await findSchedule(connections, name);
    const dueAt = nextDue(spec, await store.time());
    const reply = await store.resumeSchedule({ name, revision, ...(dueAt === undefined ? {} : { dueAt }) });
    if (reply === "not_found") throw scheduleNotFound(name);
    if (reply !== "changed") return;
  }
  throw new RunfleetError(
    "timeout",
    `the schedule "${name}" is changed all the time and could not be resumed`,
  );
}

/** Starts a run now, whatever the overlap policy says: a person has decided. The due times stay. */
export async function fireSchedule(
  connections: Connections,
  name: string,
  { by = connections.actor }: { readonly by?: string },
): Promise<Started> {
  const { store } = connections;
  const { spec } = await findSchedule(connections, name);
  const target = await findTarget(connections, spec.workflow);
  const { label, priority, pool, sealed: values = {} } = spec;
  const started = await startAgain(connections, target, {
    inputs: { ...spec.inputs, ...connections.secrets.open(`schedule ${name}`, values) },
    alsoSecret: Object.keys(values),
    origin: { schedule: name },
    ...(label === undefined ? {} : { label }),
    ...(priority === undefined ? {} : { priority }),
    ...(pool === undefined ? {} : { pool }),
  });
  const now = await store.time();
  const firing = { dueAt: now, at: now, outcome: "started", runId: started.id, by } as const;
  await store.recordFiring({ name, firing });
  return started;
}

async function findSchedule({ store }: Connections, name: string): Promise<ScheduleRecord> {
  const schedule = await store.readSchedule(name);
  if (schedule === undefined) throw scheduleNotFound(name);
  return schedule;
}

async function toDocument({ store }: Connections, schedule: ScheduleRecord): Promise<ScheduleDocument> {
  const { lastRunId } = schedule;
  const lastRun = lastRunId === undefined ? undefined : await store.readRun(lastRunId);
  return scheduleDocument(schedule, lastRun);
}

function scheduleNotFound(name: string): RunfleetError {
  const shown = JSON.stringify(name.slice(0, limits.nameBytesMax));
  return new RunfleetError("schedule_not_found", `there is no schedule ${shown}`, { details: { name } });
}
