/**
 * The types of what every call of the client takes, for callers without a compiler. Types only: ranges, sizes and what exists
 * are checked where they matter, with the rest of the rule.
 */
import { catchUpModes, overlapPolicies, runStatuses } from "@runfleet/model";
import { z } from "zod";
import type {
  AnswerOptions,
  CancelManyOptions,
  CancelOptions,
  ClientOptions,
  EventsOptions,
  ForkOptions,
  GateListOptions,
  LimitListOptions,
  LimitOptions,
  ListOptions,
  ManyOptions,
  RerunOptions,
  ResultOptions,
  RetryOptions,
  RunFilter,
  ScheduleChangeOptions,
  ScheduleListOptions,
  ScheduleOptions,
  SignalOptions,
  StartDefinitionOptions,
  StartEntry,
  StartManyOptions,
  StartOptions,
  TerminateOptions,
  UsageOptions,
} from "./client-options.js";
import type { FleetClient, RunHandle } from "./fleet-client.js";
import type { LogOptions, LogsOptions } from "./log-documents.js";

/** One argument of a call. */
export interface ArgumentShape {
  readonly name: string;
  readonly shape: z.ZodType;
}

const text = z.string();
/** NaN is one too: which numbers may be given, the rule of the option says. */
const number = z.custom<number>((value) => typeof value === "number", { params: { expected: "number" } });
const eventId = text.regex(/^\d+(?:-\d+)?$/, "the id of an event, like 1796039997076-0");
const yesOrNo = z.boolean();
const callable = z.custom<unknown>((value) => typeof value === "function", {
  params: { expected: "function" },
});
/** What is in it, another rule checks. */
const object = z.looseObject({});
const signal = z.looseObject({ aborted: yesOrNo });

type Members<Options> = { readonly [Name in keyof Required<Options>]: z.ZodType };

/** Options with these members and no others; the compiler sees to it that none is forgotten. */
function options<Options>(members: Members<Options>, required: readonly (keyof Options)[] = []): z.ZodType {
  const shape = Object.entries<z.ZodType>(members).map(([name, member]) => [
    name,
    required.includes(name as keyof Options) ? member : member.optional(),
  ]);
  return z.strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>);
}

const start: Members<StartOptions> = {
  ...{ inputs: object, label: text, idempotencyKey: text, priority: number, delayMs: number },
  ...{ dryRun: yesOrNo, timeoutMs: number, stepTimeoutMs: number, failFast: yesOrNo, pool: text },
  ...{ model: text, identity: text, pluginDirs: z.array(text), triggeredByHook: yesOrNo },
  ...{ concurrency: object, rate: object },
};
const workflowName = z.union([text, z.looseObject({ name: text })]);
const definition = z.union([
  z.looseObject({ source: text }),
  z.looseObject({ name: text, body: z.array(z.unknown()) }),
]);
const again = { inputs: object, label: text, idempotencyKey: text };
const many: Members<ManyOptions> = {
  ...{ dryRun: yesOrNo, limit: number, perSecond: number, by: text, onProgress: callable, signal },
  ...{ pages: number, cursor: text },
};
const page = { limit: number, cursor: text };
const schedule: Members<ScheduleOptions> = {
  ...{ workflow: workflowName, cron: text, everyMs: number, timezone: text, inputs: object },
  ...{ overlap: z.enum(overlapPolicies), catchUpMs: number, catchUp: z.enum(catchUpModes) },
  ...{ startAt: z.union([text, z.date()]), endAt: z.union([text, z.date()]) },
  ...{ label: text, priority: number, pool: text },
};
const filter = options<RunFilter>({
  ...{ workflow: text, status: z.enum(runStatuses), label: text, olderThanMs: number, all: yesOrNo },
  ...{ ids: z.array(text), labelPrefix: text },
});
const answer = options<AnswerOptions>({
  feedback: text,
  selections: z.array(text),
  result: object,
  by: text,
});

export const clientOptions = options<ClientOptions>({
  ...{ redis: text, namespace: text, partitions: z.number(), secretKeys: text, actor: text, log: callable },
});

const optional = (name: string, shape: z.ZodType): ArgumentShape => ({ name, shape: shape.optional() });
const by = options<RetryOptions & TerminateOptions & ScheduleChangeOptions>({ by: text });
const runId: ArgumentShape = { name: "run", shape: text };
const workflow: ArgumentShape = { name: "workflow", shape: workflowName };
const name: ArgumentShape = { name: "name", shape: text };

/** After the run, for the client and for the handle of a run alike. */
const ofRun = {
  get: [],
  result: [optional("options", options<ResultOptions>({ timeoutMs: number, signal }))],
  events: [
    optional(
      "options",
      options<EventsOptions>({ after: eventId, until: z.enum(["run", "history"]), signal }),
    ),
  ],
  readLog: [optional("options", options<LogOptions>({ ...page, step: text }))],
  logs: [
    optional(
      "options",
      options<LogsOptions>({ step: text, after: eventId, until: z.enum(["run", "log"]), signal }),
    ),
  ],
  approve: [optional("gate", text), optional("options", answer)],
  reject: [optional("gate", text), optional("options", answer)],
  cancel: [optional("options", options<CancelOptions>({ reason: text, by: text }))],
  terminate: [optional("options", by)],
  retry: [optional("options", by)],
  rerun: [optional("options", options<RerunOptions>({ ...again, latest: yesOrNo }))],
  fork: [{ name: "options", shape: options<ForkOptions>({ ...again, from: text }, ["from"]) }],
  signal: [name, optional("options", options<SignalOptions>({ data: z.unknown(), dedupeId: text }))],
} as const satisfies { readonly [Call in Exclude<keyof RunHandle, "id">]: readonly ArgumentShape[] };

export const handleArguments: Readonly<Record<string, readonly ArgumentShape[]>> = ofRun;

const byId = <Call extends keyof typeof ofRun>(call: Call): readonly ArgumentShape[] => [
  runId,
  ...ofRun[call],
];

export const clientArguments: Readonly<Record<string, readonly ArgumentShape[]>> = {
  ...{ get: byId("get"), result: byId("result"), events: byId("events"), signal: byId("signal") },
  ...{ readLog: byId("readLog"), logs: byId("logs") },
  ...{ approve: byId("approve"), reject: byId("reject"), cancel: byId("cancel") },
  ...{ terminate: byId("terminate"), retry: byId("retry"), rerun: byId("rerun"), fork: byId("fork") },
  start: [workflow, optional("options", options<StartOptions>(start))],
  startMany: [
    { name: "entries", shape: z.array(options<StartEntry>({ ...start, workflow: text }, ["workflow"])) },
    optional("options", options<StartManyOptions>({ onProgress: callable })),
  ],
  startDefinition: [
    { name: "workflow", shape: definition },
    optional("options", options<StartDefinitionOptions>({ ...start, alongside: z.array(definition) })),
  ],
  publish: [{ name: "workflows", shape: z.array(definition) }],
  validate: [{ name: "workflow", shape: definition }],
  run: [runId],
  explain: [runId],
  definition: [runId],
  list: [
    optional(
      "options",
      options<ListOptions>({
        ...page,
        ...{ status: z.enum(runStatuses), workflow: text, parent: text, idempotencyKey: text },
        ...{ label: text, labelPrefix: text, roots: yesOrNo },
      }),
    ),
  ],
  cancelMany: [
    { name: "filter", shape: filter },
    optional("options", options<CancelManyOptions>({ ...many, reason: text })),
  ],
  retryMany: [{ name: "filter", shape: filter }, optional("options", options<ManyOptions>(many))],
  gates: [optional("options", options<GateListOptions>({ ...page, runId: text }))],
  schedule: [name, { name: "options", shape: options<ScheduleOptions>(schedule, ["workflow"]) }],
  schedules: [optional("options", options<ScheduleListOptions>(page))],
  getSchedule: [name],
  scheduleFirings: [name, optional("options", options<{ readonly limit?: number }>({ limit: number }))],
  unschedule: [name],
  pauseSchedule: [name, optional("options", by)],
  resumeSchedule: [name],
  fireSchedule: [name, optional("options", by)],
  workflows: [],
  workflow: [name],
  setLimit: [
    { name: "workflow", shape: text },
    { name: "options", shape: options<LimitOptions>({ concurrency: number, perKey: number, rate: object }) },
  ],
  removeLimit: [{ name: "workflow", shape: text }],
  limits: [optional("options", options<LimitListOptions>(page))],
  usage: [
    optional(
      "options",
      options<UsageOptions>({
        ...{ workflow: text, from: text, to: text, by: z.enum(["both", "day", "workflow"]), top: number },
      }),
    ),
  ],
  fleet: [],
  counts: [],
  scaling: [optional("pool", text)],
  setScaling: [
    { name: "pool", shape: text },
    // Members, types and ranges: the policy's own schema.
    { name: "policy", shape: object.nullable() },
  ],
  examineRedis: [],
  close: [],
} satisfies { readonly [Call in keyof FleetClient]: readonly ArgumentShape[] };
