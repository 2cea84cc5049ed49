/**
 * Schedules on Redis: a hash each, a list of names, and the times at which somebody has to look. Of several that change one at once,
 * scripts let one be first; what due times are is the caller's to work out.
 */
import { type Firing, limits, type Page, type ScheduleRecord, type ScheduleStore } from "@runfleet/model";
import { claimSchedules } from "../generated/claim-schedules.js";
import { moveSchedule } from "../generated/move-schedule.js";
import { pauseSchedule } from "../generated/pause-schedule.js";
import { putSchedule } from "../generated/put-schedule.js";
import { recordFiring } from "../generated/record-firing.js";
import { removeSchedule } from "../generated/remove-schedule.js";
import { resumeSchedule } from "../generated/resume-schedule.js";
import { scheduleKeys } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import { ruleText, specText, toScheduleRecord } from "../schedule-record.js";
import { runScript } from "../script.js";
import { checkNewRun } from "../start-of-run.js";
import { createOnce } from "./outside-writes.js";
import { type Partition, timeOf } from "./partition.js";
import { afterRow } from "./run-reads.js";

export function schedules(partition: Partition): ScheduleStore {
  return { ...definitionsOf(partition), ...pausesOf(partition), ...firingsOf(partition) };
}

function keysOf({ tag, keys }: Partition, name: string) {
  return { ...keys, ...scheduleKeys(tag, name) };
}

type Definitions = "time" | "putSchedule" | "readSchedule" | "listSchedules" | "removeSchedule";

function definitionsOf(partition: Partition): Pick<ScheduleStore, Definitions> {
  const { redis, keys } = partition;
  return {
    time: () => timeOf(partition),
    putSchedule: async ({ name, spec, dueAt }) => {
      const { tag } = await runScript(redis, putSchedule, {
        keys: keysOf(partition, name),
        values: {
          now: partition.now(),
          ...{ name, spec: specText(spec), rule: ruleText(spec), due: dueAt ?? "" },
          schedulesMax: limits.schedulesMax,
        },
      });
      return { tag };
    },
    readSchedule: async (name) => (await readSchedules(partition, [name]))[0],
    listSchedules: async ({ limit, cursor }): Promise<Page<ScheduleRecord>> => {
      const count = pageRows(limit);
      const names = await withRedis("zrangebylex schedules", () =>
        redis.zrangebylex(keys.schedules, afterRow(cursor), "+", "LIMIT", 0, count),
      );
      return toPage(await readSchedules(partition, names), names.length === count ? names.at(-1) : "");
    },
    removeSchedule: async (name) => {
      const values = { name };
      const { tag } = await runScript(redis, removeSchedule, { keys: keysOf(partition, name), values });
      return tag === "removed";
    },
  };
}

function pausesOf(partition: Partition): Pick<ScheduleStore, "pauseSchedule" | "resumeSchedule"> {
  const { redis } = partition;
  return {
    pauseSchedule: async ({ name, by }) => {
      const values = { now: partition.now(), name, by };
      return (await runScript(redis, pauseSchedule, { keys: keysOf(partition, name), values })).tag;
    },
    resumeSchedule: async ({ name, revision, dueAt }) => {
      const values = { name, revision, due: dueAt ?? "" };
      return (await runScript(redis, resumeSchedule, { keys: keysOf(partition, name), values })).tag;
    },
  };
}

type Firings = "claimSchedules" | "createDueRun" | "moveSchedule" | "recordFiring" | "listFirings";

function firingsOf(partition: Partition): Pick<ScheduleStore, Firings> {
  const { redis, tag: partitionTag } = partition;
  return {
    claimSchedules: async ({ limit, claimMs }) => {
      const values = { now: partition.now(), claimMs, limit: pageRows(limit) };
      const { rest } = await runScript(redis, claimSchedules, { keys: partition.keys, values });
      const [names, nextAt] = rest as [string[], string];
      const claimed = await readSchedules(partition, names);
      return { schedules: claimed, ...(nextAt === "" ? {} : { nextAt: Number(nextAt) }) };
    },
    createDueRun: async (run, due) => {
      checkNewRun(run);
      return await createOnce(partition, run, due);
    },
    moveSchedule: async ({ name, revision, firing, next }) => {
      const { tag } = await runScript(redis, moveSchedule, {
        keys: keysOf(partition, name),
        values: {
          ...firingValues(firing),
          ...{ name, revision, next: next ?? "", missed: firing.missed ?? 0 },
        },
      });
      return tag;
    },
    recordFiring: async ({ name, firing }) => {
      const values = firingValues(firing);
      return (await runScript(redis, recordFiring, { keys: keysOf(partition, name), values })).tag;
    },
    listFirings: async ({ name, limit }) => {
      const { scheduleFirings } = scheduleKeys(partitionTag, name);
      const texts = await withRedis("zrevrange firings", () =>
        redis.zrevrange(scheduleFirings, 0, pageRows(limit) - 1),
      );
      return texts.map((text) => JSON.parse(text) as Firing);
    },
  };
}

function firingValues(firing: Firing) {
  return {
    firing: JSON.stringify(firing),
    firingAt: firing.dueAt,
    startedRunId: firing.outcome === "started" ? (firing.runId ?? "") : "",
    error: firing.error === undefined ? "" : JSON.stringify(firing.error),
    firingsMax: limits.firingsMax,
  };
}

async function readSchedules(partition: Partition, names: readonly string[]): Promise<ScheduleRecord[]> {
  if (names.length === 0) return [];
  const pipeline = partition.redis.pipeline();
  for (const name of names) pipeline.hgetall(scheduleKeys(partition.tag, name).schedule);
  const replies = await withRedis("hgetall schedules", async () => (await pipeline.exec()) ?? []);
  return replies.flatMap(([error, fields], index) => {
    if (error !== null) throw toRunfleetError(error, "hgetall schedules");
    return toScheduleRecord(names[index] as string, fields as Record<string, string>) ?? [];
  });
}
