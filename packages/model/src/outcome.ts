/**
 * How one attempt of one step ended. Outcomes are data: a failed action is an expected answer, not an exception.
 */
import { z } from "zod";
import { usageSchema } from "./usage.js";

/** What an attempt hands to later steps. `output` is JSON text of the structured output. */
export const stepOutputSchema = z.object({
  markers: z.array(z.string()),
  context: z.string(),
  output: z.string().optional(),
  resultText: z.string().optional(),
});
export type StepOutput = z.infer<typeof stepOutputSchema>;

export const givenResultSchema = z.strictObject({
  markers: z.array(z.string()).optional(),
  context: z.string().optional(),
  output: z.unknown().optional(),
});
/** What a person says a step had as its result. `output` is a JSON value. */
export type GivenResult = z.infer<typeof givenResultSchema>;

export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
});
/** Why something failed. `code` is one of `errorCodes` or a code of the action's own. */
export type Failure = z.infer<typeof failureSchema>;

export const outcomeSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("succeeded"), ...stepOutputSchema.shape, usage: usageSchema.optional() }),
  z.object({
    type: z.literal("failed"),
    error: failureSchema,
    /** False ends the retries at once. */
    retryable: z.boolean(),
    /** Wait at least this long before the next attempt. */
    retryAfterMs: z.number().optional(),
    /** Certain: neither this attempt nor one before it had an effect outside. Absent = nobody knows. */
    noEffect: z.literal(true).optional(),
    usage: usageSchema.optional(),
  }),
  z.object({ type: z.literal("timed_out"), error: failureSchema, usage: usageSchema.optional() }),
  /** The action takes effect at most once, and nobody knows whether it has. `reason` is half a sentence. */
  z.object({ type: z.literal("in_doubt"), reason: z.string(), usage: usageSchema.optional() }),
  z.object({ type: z.literal("cancelled"), reason: z.string(), usage: usageSchema.optional() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;
