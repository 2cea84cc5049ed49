/**
 * What a fork takes over from the run it was made from: how each step before the fork point ended. It travels in the
 * new run's first event and is used up by the decision that begins the run, so a run keeps nothing of it but results.
 */
import { z } from "zod";
import { bodyAddress, isBelow } from "./address.js";
import { failureSchema } from "./outcome.js";
import type { StepRecord } from "./state.js";

const endedStatuses = ["completed", "failed", "timed_out", "cancelled"] as const;

export const keptStepSchema = z.object({
  kind: z.enum(["call", "script", "child", "gate", "sleep", "foreach"]),
  status: z.enum(endedStatuses),
  /** The attempt that decided. */
  attempt: z.number(),
  markers: z.array(z.string()),
  context: z.string().optional(),
  output: z.string().optional(),
  resultText: z.string().optional(),
  error: failureSchema.optional(),
  childRunId: z.string().optional(),
  /** Of a completed child: the parts of its state at its end, from which it hands on what it found out. */
  childState: z.record(z.string(), z.string()).optional(),
  progress: z
    .object({
      total: z.number(),
      running: z.number(),
      completed: z.number(),
      failed: z.number(),
      skipped: z.number(),
    })
    .optional(),
  /** Run that executed the step, and when it ended there: what later steps see depends on the order of ends. */
  from: z.string(),
  endedAt: z.number(),
});
export type KeptStep = z.infer<typeof keptStepSchema>;

/** How a step of `runId` ended, as a fork of that run keeps it; nothing for a step that did not run to an end. */
export function keptStep(step: StepRecord, runId: string): KeptStep | undefined {
  const status = endedStatuses.find((ended) => ended === step.status);
  if (status === undefined || !isBelow(step.address, bodyAddress)) return undefined;
  const { kind, attempt, markers, context, output, resultText, error, childRunId, progress } = step;
  return {
    ...{ kind, status, attempt, markers, from: step.keptFrom ?? runId, endedAt: step.endedAt ?? 0 },
    ...(context === undefined ? {} : { context }),
    ...(output === undefined ? {} : { output }),
    ...(resultText === undefined ? {} : { resultText }),
    ...(error === undefined ? {} : { error }),
    ...(childRunId === undefined ? {} : { childRunId }),
    ...(progress === undefined ? {} : { progress }),
  };
}
