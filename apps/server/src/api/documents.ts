/**
 * The documents that the API answers with, as schemas: the source of the OpenAPI description. Held to the client's
 * types by the compiler. What a run is, the model says.
 */
import type {
  DefinitionDocument,
  FleetDocument,
  GateDocument,
  GatePage,
  LogPage,
  PublishedDocument,
  PublishedVersion,
  RunExplanation,
  RunPage,
  RunRow,
  WorkflowDocument,
} from "@runfleet/client";
import {
  causes,
  definitionSchema,
  givenDocumentSchema,
  logLineSchema,
  runDocumentSchema,
  runStatuses,
} from "@runfleet/model";
import { z } from "zod";

const isoTime = z.iso.datetime();
const cursorSchema = z.string().nullable().describe("hand it to the next request; null on the last page");

export const runSchema = runDocumentSchema.meta({ id: "Run" });

const runRowSchema = runDocumentSchema
  .omit({ steps: true, currentSteps: true, children: true, hasMoreChildren: true })
  .meta({ id: "RunRow" }) satisfies z.ZodType<RunRow>;

export const runPageSchema: z.ZodType<RunPage> = z
  .object({ runs: z.array(runRowSchema), cursor: cursorSchema })
  .meta({ id: "RunPage" });

export const runDefinitionSchema = z
  .object({
    id: z.string().describe("of the run"),
    hash: z.string().describe("SHA-256 of the definition's JSON"),
    definition: definitionSchema,
  })
  .meta({ id: "RunDefinition" }) satisfies z.ZodType<DefinitionDocument>;

export const givenSchema = givenDocumentSchema.meta({ id: "Given" });

export const startedSchema = z
  .object({
    id: z.string(),
    status: z
      .enum([...runStatuses, "expired"])
      .describe("expired: the idempotency key names a run that is no longer kept"),
  })
  .meta({ id: "StartedRun" });

/** The run that took what was sent. */
export const acceptedSchema = z.object({ id: z.string() }).meta({ id: "Accepted" });

/** What became of a signal. */
export const signalledSchema = z
  .object({
    id: z.string(),
    received: z.enum(["new", "duplicate"]),
    isExpected: z.boolean().describe("whether a gate of the run's workflow waits for signals of this name"),
    expected: z.array(z.string()).describe("the names that gates of the workflow wait for"),
  })
  .meta({ id: "Signalled" });

const gateSchema = z
  .object({
    runId: z.string(),
    workflow: z.string(),
    label: z.string().nullable(),
    address: z.string().describe("its place in the run"),
    name: z.string(),
    gateType: z.string(),
    prompt: z.string().nullable(),
    options: z.record(z.string(), z.string()).nullable().describe("value → label of what may be selected"),
    as: z.string().nullable().describe("who should answer, where the workflow says so"),
    since: isoTime,
    deadline: isoTime,
    ancestors: z
      .array(
        z.object({
          runId: z.string(),
          workflow: z.string(),
          label: z.string().nullable(),
          address: z.string().describe("the step that waits for the run below"),
        }),
      )
      .describe("the runs that wait for this one, parent first"),
  })
  .meta({ id: "Gate" }) satisfies z.ZodType<GateDocument>;

export const gatePageSchema: z.ZodType<GatePage> = z
  .object({ gates: z.array(gateSchema), cursor: cursorSchema })
  .meta({ id: "GatePage" });

export const logPageSchema: z.ZodType<LogPage> = z
  .object({
    lines: z.array(
      logLineSchema
        .extend({
          at: isoTime,
          leftOut: z.number().nullable().describe("of the kind `left_out`: for how many lines it stands"),
        })
        .meta({ id: "LogLine" }),
    ),
    cursor: cursorSchema,
  })
  .meta({ id: "LogPage" });

export const versionSchema = z
  .object({ name: z.string(), hash: z.string().describe("SHA-256 of the definition's JSON") })
  .meta({ id: "PublishedVersion" }) satisfies z.ZodType<PublishedVersion>;

export const publishedSchema = versionSchema
  .extend({ definition: definitionSchema })
  .meta({ id: "PublishedWorkflow" }) satisfies z.ZodType<PublishedDocument>;

export const workflowListSchema = z
  .object({
    workflows: z.array(
      versionSchema
        .extend({ publishedAt: isoTime })
        .meta({ id: "Workflow" }) satisfies z.ZodType<WorkflowDocument>,
    ),
  })
  .meta({ id: "WorkflowList" });

export const diagnosticsSchema = z
  .object({
    ok: z.boolean(),
    diagnostics: z.array(
      z.object({
        severity: z.enum(["error", "warning"]),
        code: z.string(),
        message: z.string(),
        line: z.int().optional(),
        column: z.int().optional(),
        hint: z.string().optional(),
      }),
    ),
  })
  .meta({ id: "Validation" });

export const fleetSchema: z.ZodType<FleetDocument> = z
  .object({
    workers: z.array(
      z.object({
        id: z.string(),
        pid: z.int(),
        host: z.string(),
        pools: z.array(z.string()),
        slots: z.int(),
        busy: z.int(),
        version: z.string(),
        leaving: z.boolean().describe("it takes no new runs"),
        lastSeen: isoTime,
      }),
    ),
    pools: z.array(
      z.object({
        name: z.string(),
        ready: z.int().describe("runs a worker could take now"),
        active: z.int(),
        waiting: z.int().describe("runs that wait without a slot"),
        oldestReadyMs: z
          .number()
          .nullable()
          .describe("of the run that is taken next; null: none is ready, or nobody knows"),
        wanted: z.int().describe("workers that there should be"),
        why: z.string().describe("the reason in one sentence"),
      }),
    ),
    leads: z
      .array(
        z.object({
          what: z.enum(["sink"]).describe("the sink of this name is fed by one worker at a time"),
          name: z.string(),
          worker: z.string().nullable().describe("null: nobody has it now"),
          until: isoTime.nullable().describe("until when the worker has it unless it renews"),
          behindSince: isoTime
            .nullable()
            .describe("time of the oldest event that the sink has not got; null: it has them all"),
        }),
      )
      .describe("what one worker at a time does for the whole fleet, by name; of more than 100 some"),
    kept: z
      .array(z.object({ workflow: z.string(), runs: z.int(), bytes: z.int() }))
      .describe("what ended runs hold, largest first; of very many workflows some"),
  })
  .meta({ id: "Fleet" });

export const explanationSchema: z.ZodType<RunExplanation> = z
  .object({
    id: z.string(),
    workflow: z.string(),
    status: z.enum(runStatuses),
    cause: z.enum(causes),
    sentence: z.string(),
    remedy: z.string(),
    get because() {
      return explanationSchema.nullable().describe("the same of the child run it waits for");
    },
  })
  .meta({ id: "Explanation" });
