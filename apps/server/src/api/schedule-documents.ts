/** What requests about schedules may hold and what they are answered with, as schemas, held to the client's types by the compiler. */
import type { FiringDocument, ScheduleDocument, SchedulePage } from "@runfleet/client";
import { catchUpModes, limits, overlapPolicies, runStatuses } from "@runfleet/model";
import { z } from "zod";
import { name, page } from "./requests.js";

const isoTime = z.iso.datetime();
const errorSchema = z.object({ code: z.string(), message: z.string() }).nullable();

export const scheduleParams = z.object({ name: name.describe("name of the schedule") });
export const scheduleListQuery = z.strictObject(page);

export const firingListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.firingsMax).optional().describe("rows; default 50"),
});

export const scheduleBody = z
  .strictObject({
    name: name.describe("1 to 100 letters, digits, dots, dashes or underscores"),
    workflow: name,
    cron: z.string().max(500).optional().describe("five fields, or six with seconds in front"),
    everyMs: z.int().optional().describe("instead of cron: an interval of at least a second"),
    timezone: name.optional().describe("IANA name, in which cron is read; default UTC"),
    inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    overlap: z.enum(overlapPolicies).optional().describe("while its last run has not ended; default skip"),
    catchUpMs: z
      .int()
      .optional()
      .describe("due times nobody was there for are made up when not older; default 60,000"),
    catchUp: z.enum(catchUpModes).optional().describe("which of them; default all"),
    startAt: z.string().max(50).optional().describe("no due time before it; with its zone"),
    endAt: z.string().max(50).optional().describe("no due time after it; with its zone"),
    label: name.optional().describe("of its runs"),
    priority: z.int().optional(),
    pool: name.optional(),
  })
  .meta({ id: "ScheduleRequest" });

const firingSchema = z
  .object({
    dueAt: isoTime,
    at: isoTime,
    outcome: z.enum(["started", "skipped", "missed", "failed"]),
    runId: z.string().nullable().describe("the run that was started, or for whose sake none was"),
    missed: z.int().nullable().describe("due times that were missed together"),
    error: errorSchema,
    by: z.string().nullable().describe("who ran it by hand"),
  })
  .meta({ id: "Firing" }) satisfies z.ZodType<FiringDocument>;

export const scheduleSchema = z
  .object({
    name: z.string(),
    workflow: z.string(),
    cron: z.string().nullable(),
    everyMs: z.int().nullable(),
    timezone: z.string(),
    startAt: isoTime.nullable(),
    endAt: isoTime.nullable(),
    inputs: z.record(z.string(), z.string()),
    overlap: z.enum(overlapPolicies),
    catchUpMs: z.int(),
    catchUp: z.enum(catchUpModes),
    label: z.string().nullable(),
    priority: z.int().nullable(),
    pool: z.string().nullable(),
    nextDue: isoTime.nullable().describe("null while it is paused, and when it is never due again"),
    paused: z.object({ at: isoTime, by: z.string() }).nullable(),
    missed: z.int().describe("due times at which no worker was there, all together"),
    lastFiring: firingSchema.nullable(),
    lastRun: z.object({ id: z.string(), status: z.enum(runStatuses).nullable() }).nullable(),
    error: errorSchema.describe("why the last due time could not start its run"),
    createdAt: isoTime,
    changedAt: isoTime,
  })
  .meta({ id: "Schedule" }) satisfies z.ZodType<ScheduleDocument>;

export const schedulePageSchema: z.ZodType<SchedulePage> = z
  .object({
    schedules: z.array(scheduleSchema),
    cursor: z.string().nullable().describe("hand it to the next request; null on the last page"),
  })
  .meta({ id: "SchedulePage" });

export const firingListSchema = z.object({ firings: z.array(firingSchema) }).meta({ id: "FiringList" });
