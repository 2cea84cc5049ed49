/**
 * Events: everything that can happen to a run, in the past tense. The engine is fed with events and nothing else.
 * Those from outside (answers, children, signals, cancel requests) travel through the run's inbox and are durable
 * before the engine sees them; those of the own worker (attempts, items, polls) are fed directly.
 */
import { z } from "zod";
import { keptStepSchema } from "./kept-step.js";
import { failureSchema, givenResultSchema, outcomeSchema, stepOutputSchema } from "./outcome.js";
import { totalsSchema } from "./usage.js";

/** One result of a finished child that its parent may use in conditions. */
export const childStepResultSchema = z.object({
  ...stepOutputSchema.shape,
  status: z.enum(["completed", "failed", "skipped", "timed_out", "cancelled"]),
});

/** What a finished child hands to its parent. Size-limited by the child. */
export const childResultSchema = z.object({
  status: z.enum(["completed", "failed", "cancelled"]),
  error: failureSchema.optional(),
  markers: z.array(z.string()),
  context: z.string(),
  output: z.string().optional(),
  totals: totalsSchema,
  /** Latest result per step name of the child. */
  results: z.record(z.string(), childStepResultSchema),
  /** The child's context entries, oldest first. */
  contexts: z.array(
    z.object({
      step: z.string(),
      context: z.string(),
      markers: z.array(z.string()),
      output: z.string().optional(),
    }),
  ),
});
export type ChildResult = z.infer<typeof childResultSchema>;

export const itemSchema = z.object({
  id: z.string().min(1),
  ref: z.string(),
  /** Becomes `item.<key>` of the child's inputs. */
  context: z.record(z.string(), z.string()),
});
/** One item of a foreach as its provider lists it. */
export type Item = z.infer<typeof itemSchema>;

const outsideShape = { at: z.number() };

export const inboxEventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("started"),
    ...outsideShape,
    /** Only of a fork, by address: steps that are not executed again. */
    kept: z.record(z.string(), keptStepSchema).optional(),
  }),
  z.object({
    type: z.literal("gateAnswered"),
    ...outsideShape,
    address: z.string(),
    verdict: z.enum(["approved", "rejected"]),
    by: z.string(),
    feedback: z.string().optional(),
    selections: z.array(z.string()).optional(),
    /** Only for the gate of a step in doubt: what the step had as its result. */
    result: givenResultSchema.optional(),
  }),
  z.object({
    type: z.literal("childFinished"),
    ...outsideShape,
    childId: z.string(),
    /** Address of the waiting step in the parent. */
    address: z.string(),
    result: childResultSchema,
  }),
  z.object({
    type: z.literal("signalReceived"),
    ...outsideShape,
    name: z.string(),
    data: z.string().optional(),
  }),
  z.object({ type: z.literal("cancelRequested"), ...outsideShape, reason: z.string(), by: z.string() }),
  z.object({ type: z.literal("retryRequested"), ...outsideShape, by: z.string() }),
]);
/** An event from outside, as it lies in an inbox. `at` is epoch milliseconds. */
export type InboxEvent = z.infer<typeof inboxEventSchema>;

type Sent<E> = E extends InboxEvent ? Omit<E, "at"> & { readonly at?: number } : never;
/** An event on its way to an inbox: without a time of its own it gets the store's. */
export type SentEvent = Sent<InboxEvent>;

export const workerEventSchema = z.discriminatedUnion("type", [
  /** A new activation begins: everything that was in flight on an earlier worker must be asked for again. */
  z.object({ type: z.literal("activated"), worker: z.string(), generation: z.number() }),
  z.object({
    type: z.literal("attemptEnded"),
    address: z.string(),
    attempt: z.number(),
    outcome: outcomeSchema,
  }),
  /** The worker gives the run away and never began this attempt. */
  z.object({ type: z.literal("attemptReturned"), address: z.string(), attempt: z.number() }),
  z.object({
    type: z.literal("itemsCollected"),
    address: z.string(),
    items: z.array(itemSchema),
    /** Pairs [blocker, dependent] of item ids; only for ordered foreach. */
    dependencies: z.array(z.tuple([z.string(), z.string()])),
  }),
  z.object({ type: z.literal("itemsFailed"), address: z.string(), error: failureSchema }),
  z.object({
    type: z.literal("gatePolled"),
    address: z.string(),
    verdict: z.enum(["approved", "rejected", "pending"]),
    text: z.string().optional(),
    /** When pending: ask again after this time. */
    pollAfterMs: z.number().optional(),
    /** When pending: the resolver could not say, and why. It is asked ever more seldom while that lasts. */
    problem: z.string().optional(),
  }),
  /** Time has passed; deadlines that are due fire. Every decision looks at deadlines, this one does nothing else. */
  z.object({ type: z.literal("ticked") }),
]);
export type WorkerEvent = z.infer<typeof workerEventSchema>;

export type EngineEvent = InboxEvent | WorkerEvent;
