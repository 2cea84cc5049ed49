/**
 * A run as everybody outside the engine sees it: the record in the store, the document of `show --json`, the rows
 * of lists. Times are epoch milliseconds in records and ISO 8601 texts in documents.
 */
import { z } from "zod";
import type { Address } from "./address.js";
import { failureSchema } from "./outcome.js";
import { type Concurrency, concurrencySchema, type Rate, rateSchema } from "./run-limits.js";
import { runStatuses, stepStatuses } from "./status.js";
import { totalsSchema, usageSchema } from "./usage.js";

/** The type of the gate that opens by itself where a step is in doubt. */
export const doubtGateType = "in_doubt";
/** The deadline of a gate that has none: the last second that every date format can write, 9999-12-31T23:59:59Z. */
export const noDeadlineAt = 253_402_300_799_000;

const gateWaitSchema = z.object({
  type: z.literal("gate"),
  address: z.string(),
  name: z.string(),
  gateType: z.string(),
  prompt: z.string().optional(),
  options: z.record(z.string(), z.string()).optional(),
  deadline: z.number(),
  since: z.number(),
  /** The identity the gate acts under: who should answer, where the workflow says so. */
  as: z.string().optional(),
  /** Only of a signal gate: the name of the signal it waits for. */
  signal: z.string().optional(),
  /** Only while a resolver fails: how often in a row, why, and when it is asked again. */
  problem: z.string().optional(),
});
const childWaitSchema = z.object({
  type: z.literal("child"),
  address: z.string(),
  childRunId: z.string(),
  workflow: z.string(),
});
const itemsWaitSchema = z.object({
  type: z.literal("items"),
  address: z.string(),
  name: z.string(),
  running: z.number(),
  done: z.number(),
  total: z.number(),
});
const sleepWaitSchema = z.object({
  type: z.literal("sleep"),
  address: z.string(),
  name: z.string(),
  until: z.number(),
});
/** In line for a permit; it holds nothing that others could use, but perhaps the permit of its key. */
const limitWaitSchema = z.object({
  type: z.literal("limit"),
  workflow: z.string(),
  /** Value of the key; absent = the whole workflow's limit. */
  key: z.string().optional(),
  since: z.number(),
});
const retryWaitSchema = z.object({
  type: z.literal("retry"),
  address: z.string(),
  name: z.string(),
  attempt: z.number(),
  until: z.number(),
});

/** What a run waits for, one entry per open wait, as it lies in the store: times are epoch milliseconds. */
export const blockedOnSchema = z.discriminatedUnion("type", [
  gateWaitSchema,
  childWaitSchema,
  itemsWaitSchema,
  sleepWaitSchema,
  retryWaitSchema,
]);
export type BlockedOn = z.infer<typeof blockedOnSchema>;

/** Before anything of its own: a permit. */
export type RunWait = BlockedOn | z.infer<typeof limitWaitSchema>;

/** The same in documents: times are ISO 8601 texts. */
export const blockedOnDocumentSchema = z.discriminatedUnion("type", [
  gateWaitSchema.extend({ deadline: z.string(), since: z.string() }),
  childWaitSchema,
  itemsWaitSchema,
  sleepWaitSchema.extend({ until: z.string() }),
  retryWaitSchema.extend({ until: z.string() }),
  limitWaitSchema.extend({ since: z.string() }),
]);
export type BlockedOnDocument = z.infer<typeof blockedOnDocumentSchema>;

/** Facts of a run that never change after its start. */
export interface RunInfo {
  readonly id: string;
  readonly workflow: string;
  readonly definitionHash: string;
  readonly label?: string;
  readonly parentId?: string;
  /** Address of the step in the parent that waits for this run. */
  readonly parentAddress?: string;
  /** Pool of the parent, so that it can be woken. */
  readonly parentPool?: string;
  readonly rootId: string;
  /** 0 for root runs. */
  readonly depth: number;
  /** Secret ones are masked. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Names of the inputs whose values lie sealed elsewhere; absent when there are none. */
  readonly secretInputs?: readonly string[];
  readonly dryRun: boolean;
  readonly failFast: boolean;
  readonly stepTimeoutMs: number;
  readonly timeoutMs?: number;
  readonly model?: string;
  readonly identity?: string;
  readonly pluginDirs: readonly string[];
  readonly triggeredByHook: boolean;
  /** Worker pool that takes the run: of the start, else of the workflow, else of the parent, else `default`. */
  readonly pool: string;
  readonly priority?: number;
  /** Run whose workflow, inputs and options this one was started with again. */
  readonly rerunOf?: string;
  /** Run whose results before the step at `address` this one keeps. */
  readonly forkOf?: { readonly runId: string; readonly address: Address };
  /** Name of the schedule that started it, and the due time it was started for (absent: started by hand). */
  readonly schedule?: string;
  readonly scheduledFor?: number;
  /** Of the start, else of the workflow; the key is a value. */
  readonly concurrency?: Concurrency;
  readonly rate?: Rate;
  /** W3C Trace Context of the span in which the run was started; absent when it was started in no trace. */
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly createdAt: number;
}

/** A run as it lies in the store. */
export interface RunRecord extends RunInfo {
  readonly status: z.infer<typeof runStatusSchema>;
  readonly generation: number;
  /** Worker that holds the run now; absent while nobody does. */
  readonly owner?: string;
  /** The nonce of the fence under which the owner writes; absent while nobody holds the run. */
  readonly ownerToken?: string;
  /** When the owner was last heard of; absent while nobody holds the run. */
  readonly heartbeatAt?: number;
  /** Takeovers in a row without progress: since a step ended, and since the run was given away in order. */
  readonly recoveries: number;
  readonly blockedOn: readonly RunWait[];
  readonly totals: z.infer<typeof totalsSchema>;
  readonly error?: z.infer<typeof failureSchema>;
  readonly summary?: string;
  readonly cancel?: { readonly reason: string; readonly by: string; readonly at: number };
  /** When a start with a delay becomes ready; absent without a delay. */
  readonly readyAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

const runStatusSchema = z.enum(runStatuses);

/** A gate somebody can answer. */
export interface OpenGate {
  readonly runId: string;
  readonly workflow: string;
  readonly label?: string;
  readonly address: Address;
  readonly name: string;
  readonly gateType: string;
  readonly prompt?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** The identity the gate acts under: who should answer, where the workflow says so. */
  readonly as?: string;
  readonly since: number;
  readonly deadline: number;
}

export const stepDocumentSchema = z.object({
  address: z.string(),
  name: z.string(),
  kind: z.string(),
  status: z.enum(stepStatuses),
  attempt: z.number(),
  iteration: z.number(),
  /** Place in the order in which steps were opened; all attempts of a step share it. */
  ordinal: z.number(),
  markers: z.array(z.string()),
  context: z.string().nullable(),
  /** The structured output as JSON value. */
  output: z.unknown(),
  /** One sentence for people about how the attempt went, where there is something to say. */
  resultText: z.string().nullable(),
  error: failureSchema.nullable(),
  childRunId: z.string().nullable(),
  /** Of a step that a fork kept: the run that executed it. */
  keptFrom: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  usage: usageSchema.nullable(),
  /** Only of a foreach: how far it is. */
  progress: z
    .object({
      total: z.number(),
      running: z.number(),
      completed: z.number(),
      failed: z.number(),
      skipped: z.number(),
    })
    .nullable(),
});

/** An attempt that is under way, and the worker it runs on; null when its worker is gone and nobody has taken over. */
export const currentStepSchema = z.object({
  address: z.string(),
  name: z.string(),
  kind: z.string(),
  attempt: z.number(),
  worker: z.string().nullable(),
  startedAt: z.string().nullable(),
});

/** The document of `show --json` and `GET /runs/{id}`. */
export const runDocumentSchema = z.object({
  id: z.string(),
  workflow: z.string(),
  status: runStatusSchema,
  inputs: z.record(z.string(), z.string()),
  label: z.string().nullable(),
  generation: z.number(),
  /** Worker that holds the run, and the token under which it writes; null while nobody holds it. */
  owner: z.string().nullable(),
  ownerToken: z.string().nullable(),
  /** When the owner was last heard of, by a commit or a heartbeat; null while nobody holds the run. */
  heartbeatAt: z.string().nullable(),
  blockedOn: z.array(blockedOnDocumentSchema),
  totals: totalsSchema,
  error: failureSchema.nullable(),
  summary: z.string().nullable(),
  /** Who asked for the cancel, and why. */
  cancel: z.object({ reason: z.string(), by: z.string(), at: z.string() }).nullable(),
  createdAt: z.string(),
  /** When a start with a delay becomes ready. */
  readyAt: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  parentId: z.string().nullable(),
  /** Address of the step of the parent that waits for this run. */
  parentAddress: z.string().nullable(),
  rootId: z.string(),
  /** Ids of child runs, oldest first, the first thousand; the rest: `list` with this run as parent. */
  children: z.array(z.string()),
  hasMoreChildren: z.boolean(),
  definitionHash: z.string(),
  dryRun: z.boolean(),
  failFast: z.boolean(),
  stepTimeoutMs: z.number(),
  timeoutMs: z.number().nullable(),
  model: z.string().nullable(),
  /** Who acts where a step has no `as`. */
  identity: z.string().nullable(),
  pluginDirs: z.array(z.string()),
  triggeredByHook: z.boolean(),
  pool: z.string(),
  priority: z.number().nullable(),
  /** Run whose workflow, inputs and options this one was started with again. */
  rerunOf: z.string().nullable(),
  /** Run whose results before the step at `address` this one keeps. */
  forkOf: z.object({ runId: z.string(), address: z.string() }).nullable(),
  /** The schedule that started the run, and the due time it was started for; null where a person or a program did. */
  schedule: z.string().nullable(),
  scheduledFor: z.string().nullable(),
  /** How many runs are worked on at once together with this one, and how fast they start; keys are values. */
  concurrency: concurrencySchema.nullable(),
  rate: rateSchema.nullable(),
  depth: z.number(),
  recoveries: z.number(),
  currentSteps: z.array(currentStepSchema),
  steps: z.array(stepDocumentSchema),
});
export type RunDocument = z.infer<typeof runDocumentSchema>;
export type CurrentStep = z.infer<typeof currentStepSchema>;
export type StepDocument = z.infer<typeof stepDocumentSchema>;
