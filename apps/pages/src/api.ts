/** How the pages ask the server: paths below /api/v1, JSON both ways, errors as the server's problem documents. */
import type {
  DefinitionDocument,
  FleetDocument,
  GatePage,
  LimitOptions,
  LimitPage,
  LogPage,
  ManyDocument,
  PublishedDocument,
  RunExplanation,
  RunFilter,
  RunPage,
  ScheduleDocument,
  SchedulePage,
  UsageDocument,
  WorkflowDocument,
} from "@runfleet/client";
import type { GivenDocument, GivenResult, RunDocument } from "@runfleet/model";

export interface Session {
  readonly name: string;
  readonly role: "viewer" | "operator" | "admin";
}

/** What the server, or the way to it, says is wrong. `status` 0 = there was no answer. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "Problem";
    this.status = status;
    this.code = code;
  }
}

/** What was typed cannot be sent. */
export function wrongInput(detail: string, options?: ErrorOptions): Problem {
  return new Problem(0, "invalid_input", detail, options);
}

export function isProblem(error: unknown): error is Problem {
  return error instanceof Problem;
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  }).catch(() => {
    throw new Problem(0, "unreachable", "the server does not answer; trying again");
  });
  if (response.status === 204) return undefined as T;
  const answer = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  if (response.ok) return answer as T;
  throw new Problem(response.status, answer.code ?? "internal", answer.detail ?? `status ${response.status}`);
}

/** `?a=b` of the members that have a value. */
function search(members: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(members).filter((entry): entry is [string, string] => (entry[1] ?? "") !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

const at = encodeURIComponent;

export const api = {
  session: () => ask<Session>("GET", "/session"),
  signIn: (token: string) => ask<Session>("POST", "/session", { token }),
  signOut: () => ask<void>("DELETE", "/session"),
  runs: (filter: {
    status?: string;
    workflow?: string;
    parent?: string;
    labelPrefix?: string;
    roots?: string;
    cursor?: string;
  }) => ask<RunPage>("GET", `/runs${search({ ...filter, limit: "50" })}`),
  runsOfKey: (idempotencyKey: string) => ask<RunPage>("GET", `/runs${search({ idempotencyKey })}`),
  run: (id: string) => ask<RunDocument>("GET", `/runs/${at(id)}`),
  definition: (id: string) => ask<DefinitionDocument>("GET", `/runs/${at(id)}/definition`),
  given: (id: string, address: string, attempt: number) =>
    ask<GivenDocument>("GET", `/runs/${at(id)}/steps/${at(address)}/variables?attempt=${attempt}`),
  explain: (id: string) => ask<RunExplanation>("GET", `/runs/${at(id)}/explanation`),
  log: (id: string, asked: { step: string; cursor: string }) =>
    ask<LogPage>("GET", `/runs/${at(id)}/logs${search({ ...asked, limit: "500" })}`),
  cancel: (id: string, reason: string) => ask<void>("POST", `/runs/${at(id)}/cancel`, { reason }),
  terminate: (id: string) => ask<void>("POST", `/runs/${at(id)}/terminate`),
  retry: (id: string) => ask<void>("POST", `/runs/${at(id)}/retry`),
  changeMany: (change: ManyChange, asked: ManyRequest) =>
    ask<ManyDocument>("POST", `/runs/bulk/${change}`, asked),
  rerun: (id: string) => ask<Started>("POST", `/runs/${at(id)}/rerun`),
  fork: (id: string, from: string, inputs: InputTexts) =>
    ask<Started>("POST", `/runs/${at(id)}/fork`, { from, inputs }),
  answer: (id: string, gate: string, answer: GateAnswer) =>
    ask<void>("POST", `/runs/${at(id)}/gates/${at(gate)}/${answer.verdict}`, {
      ...(answer.feedback === "" ? {} : { feedback: answer.feedback }),
      ...(answer.selections.length === 0 ? {} : { selections: answer.selections }),
      ...(answer.result === undefined ? {} : { result: answer.result }),
    }),
  gates: (filter: { runId?: string; cursor?: string }) => ask<GatePage>("GET", `/gates${search(filter)}`),
  workflows: () => ask<{ readonly workflows: readonly WorkflowDocument[] }>("GET", "/workflows"),
  workflow: (name: string) => ask<PublishedDocument>("GET", `/workflows/${at(name)}`),
  fleet: () => ask<FleetDocument>("GET", "/fleet"),
  usage: (asked: { from: string; by: string; top: string; workflow: string }) =>
    ask<UsageDocument>("GET", `/usage${search(asked)}`),
  limits: (filter: { cursor?: string }) => ask<LimitPage>("GET", `/limits${search(filter)}`),
  setLimit: (workflow: string, limit: LimitOptions) => ask<void>("PUT", `/limits/${at(workflow)}`, limit),
  removeLimit: (workflow: string) => ask<void>("DELETE", `/limits/${at(workflow)}`),
  schedules: (filter: { cursor?: string }) => ask<SchedulePage>("GET", `/schedules${search(filter)}`),
  changeSchedule: (name: string, change: "pause" | "resume") =>
    ask<ScheduleDocument>("POST", `/schedules/${at(name)}/${change}`),
  runSchedule: (name: string) => ask<Started>("POST", `/schedules/${at(name)}/run`),
  start: (workflow: string, inputs: InputTexts, label: string) =>
    ask<Started>("POST", "/runs", { workflow, inputs, ...(label === "" ? {} : { label }) }),
} as const;

export type ManyChange = "cancel" | "retry";

export interface ManyRequest {
  readonly filter: RunFilter;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly cursor?: string;
}

interface Started {
  readonly id: string;
}

export type InputTexts = Readonly<Record<string, string>>;

export interface GateAnswer {
  readonly verdict: "approve" | "reject";
  readonly feedback: string;
  readonly selections: readonly string[];
  readonly result?: GivenResult;
}
