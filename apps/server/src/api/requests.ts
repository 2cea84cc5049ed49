/** What requests may hold, as schemas: the source of validation and of the OpenAPI description. */
import { definitionSchema, givenResultSchema, limits, nodeSchema, runStatuses } from "@runfleet/model";
import { z } from "zod";
import { startLimits } from "./limit-documents.js";

export const name = z.string().min(1).max(limits.nameBytesMax);
const milliseconds = z.int().min(0);

export const runParams = z.object({ id: name.describe("run id") });
export const gateParams = runParams.extend({ gate: name.describe("name or address of the gate") });
export const stepParams = runParams.extend({ address: name.describe("address of the step") });
export const stepQuery = z.strictObject({
  attempt: z.coerce.number().int().min(1).optional().describe("default: the newest"),
});

/** Which page of a list. */
export const page = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.pageRowsMax)
    .optional()
    .describe("rows of a page; default 50"),
  cursor: z.string().min(1).max(500).optional().describe("of the page before"),
};
export const runListQuery = z.strictObject({
  ...page,
  status: z.enum(runStatuses).optional(),
  workflow: name.optional(),
  parent: name.optional().describe("only children of this run"),
  roots: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional()
    .describe("only runs that no other run has started"),
  label: name.optional().describe("only root runs with exactly this label"),
  labelPrefix: name
    .optional()
    .describe("only root runs whose label begins so; the last label first, of one label the newest run"),
  idempotencyKey: name.optional().describe("only the run that was started with this key"),
});
export const logQuery = z.strictObject({
  ...page,
  step: name.optional().describe("address or name of a step; default: all of the run"),
});
export const gateListQuery = z.strictObject({ ...page, runId: name.optional() });

const inputs = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .optional()
  .describe('kept as text: true becomes "true"');

export const startBody = z
  .strictObject({
    workflow: name,
    inputs,
    label: name.optional().describe("people recognise the run by it"),
    idempotencyKey: name.optional().describe("same key, workflow and inputs: the run that exists"),
    priority: z.int().optional().describe("1 goes first"),
    delayMs: milliseconds.optional(),
    dryRun: z.boolean().optional(),
    pool: name.optional().describe("worker pool that takes the run"),
    ...startLimits,
    timeoutMs: milliseconds.optional().describe("of the whole run"),
    stepTimeoutMs: milliseconds.optional().describe("of each attempt"),
    failFast: z.boolean().optional(),
    model: name.optional(),
    identity: name.optional().describe("default of `as`"),
    pluginDirs: z.array(z.string()).optional(),
    triggeredByHook: z
      .boolean()
      .optional()
      .describe("a hook started it, so what it does starts no further hooks"),
  })
  .meta({ id: "StartRequest" });

export const startHeaders = z.object({
  "idempotency-key": name.optional().describe("the same as `idempotencyKey` of the body"),
});

const changes = {
  inputs: inputs.describe("those that shall be others than the earlier run's"),
  label: name.optional().describe("default: the earlier run's"),
  idempotencyKey: name.optional().describe("same key and inputs: the run that exists"),
};

export const rerunBody = z
  .strictObject({ ...changes, latest: z.boolean().optional().describe("the version that is published now") })
  .meta({ id: "RerunRequest" });

export const forkBody = z
  .strictObject({
    ...changes,
    from: z.string().min(1).describe("address or name of the first step to execute"),
  })
  .meta({ id: "ForkRequest" });

export const answerBody = z
  .strictObject({
    feedback: z.string().optional(),
    selections: z
      .array(z.string())
      .optional()
      .describe("values of the gate's options; of a step in doubt one of `retry`, `done`, `fail`"),
    result: givenResultSchema
      .optional()
      .describe("what a step in doubt had as its result; means the selection `done`"),
  })
  .meta({ id: "AnswerRequest" });

export const cancelBody = z.strictObject({ reason: z.string().optional() }).meta({ id: "CancelRequest" });

export const signalBody = z
  .strictObject({
    name,
    data: z.unknown().optional().describe("any JSON value"),
    dedupeId: name.optional().describe("a second signal with the same id is dropped"),
  })
  .meta({ id: "SignalRequest" });

/** More digits are no time and no count, and too large for Redis. */
export const eventId = /^\d{1,15}-\d{1,15}$/;

export const eventsQuery = z.strictObject({
  after: z
    .string()
    .regex(eventId, "must be the id of an event, like 1796039997076-0")
    .optional()
    .describe("id of the last event already seen; the header `Last-Event-ID` wins"),
  until: z.enum(["run", "history"]).optional().describe("`history` ends after what is there"),
});

// Nodes hold nodes: the description needs a name to refer to.
z.globalRegistry.add(nodeSchema, { id: "Node" });

/** One of the two: text, or a definition as JSON. */
export const publishBody = z
  .strictObject({
    source: z.string().min(1).optional().describe("workflow text"),
    file: z.string().max(500).optional().describe("what diagnostics call the text"),
    definition: definitionSchema.optional().describe("instead of the text"),
  })
  .refine(({ source, definition }) => (source === undefined) !== (definition === undefined), {
    message: "needs either `source` or `definition`",
  })
  .meta({ id: "WorkflowRequest" });

export const sessionBody = z
  .strictObject({ token: z.string().min(1).max(1_000) })
  .meta({ id: "SessionRequest" });
