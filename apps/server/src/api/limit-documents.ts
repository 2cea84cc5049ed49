/** What requests about limits may hold and what they are answered with, as schemas, held to the client's types by the compiler. */
import type { LimitPage } from "@runfleet/client";
import { concurrencySchema, limits, rateSchema } from "@runfleet/model";
import { z } from "zod";

const name = z.string().min(1).max(limits.nameBytesMax);
const places = z.int().min(0).max(limits.concurrencyMax);

/** Of a start: instead of what its workflow says. */
export const startLimits = {
  concurrency: concurrencySchema
    .strict()
    .optional()
    .describe("runs worked on at once, instead of the workflow's"),
  rate: rateSchema.strict().optional().describe("how fast runs start, instead of the workflow's"),
};

export const limitParams = z.object({ workflow: name.describe("name of the workflow") });

export const limitListQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.pageRowsMax)
    .optional()
    .describe("scopes of a page; default 500"),
  cursor: z.string().min(1).max(500).optional().describe("of the page before"),
});

const rate = rateSchema.omit({ key: true }).strict();

export const limitBody = z
  .strictObject({
    concurrency: places.optional().describe("runs of the workflow at once; 0 lets none begin or go on"),
    perKey: places.optional().describe("the same of each value of the key"),
    rate: rate.optional(),
  })
  .meta({ id: "LimitRequest" });

export const limitPageSchema: z.ZodType<LimitPage> = z
  .object({
    set: z
      .array(
        z.object({
          workflow: z.string(),
          concurrency: z.int().nullable(),
          perKey: z.int().nullable(),
          rate: rate.required().nullable(),
        }),
      )
      .describe("what goes before definitions and starts; null: as they say"),
    scopes: z
      .array(
        z.object({
          workflow: z.string(),
          key: z.string().nullable().describe("null: the whole workflow"),
          limit: z.int().nullable().describe("null: nothing limits it any more"),
          held: z.int().describe("runs that are worked on"),
          waiting: z.int(),
        }),
      )
      .describe("limits in use"),
    cursor: z.string().nullable().describe("hand it to the next request; null on the last page"),
  })
  .meta({ id: "LimitPage" });

/** Whose limit was changed, and whether one was set before it was removed. */
export const limitChangedSchema = z.object({ workflow: z.string() }).meta({ id: "LimitChanged" });
export const limitRemovedSchema = z
  .object({ workflow: z.string(), removed: z.boolean().describe("false: none was set") })
  .meta({ id: "LimitRemoved" });
