/** What a request about usage may hold and what it is answered with, as schemas, held to the client's types by the compiler. */
import type { UsageDocument } from "@runfleet/client";
import { limits } from "@runfleet/model";
import { z } from "zod";

const day = z.iso.date();

export const usageQuery = z.strictObject({
  workflow: z.string().min(1).max(limits.nameBytesMax).optional().describe("only this one"),
  from: day.optional().describe("first day, in UTC; default: 29 days before the last"),
  to: day.optional().describe("last day, in UTC; default: today"),
  by: z
    .enum(["both", "day", "workflow"])
    .optional()
    .describe("what a row stands for; `both`, the default: one workflow on one day"),
  top: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.usageTopMax)
    .optional()
    .describe("workflows with rows of their own, the most expensive ones; default 20"),
});

const sums = {
  runs: z
    .object({ completed: z.number(), failed: z.number(), cancelled: z.number() })
    .describe("how many ended how; a retried run ends once more"),
  costUsd: z.number(),
  turns: z.number(),
  durationMs: z.number().describe("time of work; parallel branches add up"),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadInputTokens: z.number(),
  cacheCreationInputTokens: z.number(),
};

export const usageSchema: z.ZodType<UsageDocument> = z
  .object({
    from: day,
    to: day,
    by: z.enum(["both", "day", "workflow"]),
    totals: z.object(sums),
    rows: z.array(
      z.object({
        day: day.nullable().describe("null: all days"),
        workflow: z.string().nullable().describe("null: all; `*`: those without rows of their own"),
        ...sums,
      }),
    ),
  })
  .meta({ id: "Usage" });
