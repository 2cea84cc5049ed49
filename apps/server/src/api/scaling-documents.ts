/** What requests about the sizes of pools hold and what they are answered with, as schemas, held to the client's types by the compiler. */
import type { ScalingDocument } from "@runfleet/client";
import { busyWorkerRules } from "@runfleet/model";
import { z } from "zod";

export const scalerQuery = z.strictObject({
  pool: z.string().min(1).max(63).optional().describe("default: `default`"),
});

const policySchema = z.object({
  targetMs: z.int().describe("how long a ready run may wait for a slot"),
  min: z.int(),
  max: z.int(),
  startupMs: z.int().describe("from asking for a worker until it takes a run"),
  shrinkAfterMs: z.int().describe("fewer are wanted when fewer were enough for this long"),
  zeroAfterMs: z.int().describe("the last worker goes this long after the last work"),
  busyWorkers: z.enum(busyWorkerRules),
  slots: z.int().describe("of a worker, as long as none has been seen"),
});

export const scalingSchema = z
  .object({
    pool: z.string(),
    wanted: z.int().describe("workers that there should be"),
    isActive: z.boolean(),
    cause: z.enum(["idle", "work", "settling", "resting", "min", "max", "busy"]),
    why: z.string().describe("the reason in one sentence"),
    decidedAt: z.iso.datetime().describe("what follows was seen then"),
    ready: z.int(),
    dueSoon: z.int().describe("runs that will be ready before a new worker could take them"),
    active: z.int().describe("runs in hand"),
    oldestReadyMs: z.number().nullable(),
    workers: z.int(),
    busyWorkers: z.int(),
    slotMs: z.number().nullable().describe("how long a run holds a slot of late"),
    policy: policySchema,
  })
  .meta({ id: "Scaling" }) satisfies z.ZodType<ScalingDocument>;
