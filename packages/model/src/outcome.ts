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
    usage: usageSchema.optional(),
  }),
  z.object({ type: z.literal("timed_out"), error: failureSchema, usage: usageSchema.optional() }),
  z.object({ type: z.literal("cancelled"), reason: z.string(), usage: usageSchema.optional() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;
