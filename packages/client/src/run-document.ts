/**
 * Records of the store as the documents people and programs get: times as ISO 8601, absent values as null,
 * structured output as JSON value. Pure.
 */
import type {
  BlockedOnDocument,
  CurrentStep,
  OpenGate,
  RunDocument,
  RunRecord,
  RunWait,
  StepDocument,
  StepRecord,
} from "@runfleet/model";
import { isEnded, limits } from "@runfleet/model";
import type { AncestorDocument, GateDocument, RunRow } from "./client-documents.js";

export function runRow(run: RunRecord): RunRow {
  return {
    id: run.id,
    workflow: run.workflow,
    status: run.status,
    inputs: { ...run.inputs },
    label: run.label ?? null,
    generation: run.generation,
    owner: run.owner ?? null,
    ownerToken: run.ownerToken ?? null,
    heartbeatAt: isoTimeOrNull(run.heartbeatAt),
    blockedOn: run.blockedOn.map(blockedOnDocument),
    totals: run.totals,
    error: run.error ?? null,
    summary: run.summary ?? null,
    cancel: run.cancel === undefined ? null : { ...run.cancel, at: isoTime(run.cancel.at) },
    createdAt: isoTime(run.createdAt),
    readyAt: isoTimeOrNull(run.readyAt),
    startedAt: isoTimeOrNull(run.startedAt),
    endedAt: isoTimeOrNull(run.endedAt),
    depth: run.depth,
    recoveries: run.recoveries,
    ...startedWith(run),
  };
}

/** What was chosen at the start and never changes. */
function startedWith(run: RunRecord) {
  const { definitionHash, rootId, dryRun, failFast, stepTimeoutMs, triggeredByHook, pool } = run;
  return {
    ...{ definitionHash, rootId, dryRun, failFast, stepTimeoutMs, triggeredByHook, pool },
    parentId: run.parentId ?? null,
    parentAddress: run.parentAddress ?? null,
    timeoutMs: run.timeoutMs ?? null,
    model: run.model ?? null,
    identity: run.identity ?? null,
    pluginDirs: [...run.pluginDirs],
    priority: run.priority ?? null,
    rerunOf: run.rerunOf ?? null,
    forkOf: run.forkOf ?? null,
    schedule: run.schedule ?? null,
    scheduledFor: isoTimeOrNull(run.scheduledFor),
    concurrency: run.concurrency ?? null,
    rate: run.rate ?? null,
  };
}

/** `steps` in any order; the document has them in the order they were opened. */
export function runDocument(
  run: RunRecord,
  parts: { readonly steps: readonly StepRecord[]; readonly children: readonly string[] },
): RunDocument {
  const inOrder = [...parts.steps].sort((a, b) => a.ordinal - b.ordinal || a.attempt - b.attempt);
  return {
    ...runRow(run),
    children: parts.children.slice(0, limits.childrenToldMax),
    hasMoreChildren: parts.children.length > limits.childrenToldMax,
    currentSteps: isEnded(run.status)
      ? []
      : inOrder.filter(isUnderWay).map((step) => currentStep(step, run.owner ?? null)),
    steps: inOrder.map((step) => stepDocument(endedWith(run, step))),
  };
}

/**
 * Who ends a run from outside (terminate, a crash loop) leaves its open steps as they are, since a retry goes on with
 * them. Nothing of them is executed any more, so people see them as ended with their run.
 */
function endedWith(run: RunRecord, step: StepRecord): StepRecord {
  const isOpen = step.status === "pending" || step.status === "running" || step.status === "waiting";
  if (!isOpen || !isEnded(run.status)) return step;
  const ended = { ...step, ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt }) };
  if (run.status !== "failed") return { ...ended, status: "cancelled" };
  return { ...ended, status: "failed", ...(run.error === undefined ? {} : { error: run.error }) };
}

/** A child runs elsewhere, a foreach only waits for its children: neither keeps the worker of this run busy. */
function isUnderWay({ kind, status }: StepRecord): boolean {
  return status === "running" && (kind === "call" || kind === "script");
}

function currentStep(step: StepRecord, worker: string | null): CurrentStep {
  const { address, name, kind, attempt, startedAt } = step;
  return { address, name, kind, attempt, worker, startedAt: isoTimeOrNull(startedAt) };
}

export function gateDocument(gate: OpenGate, ancestors: readonly AncestorDocument[]): GateDocument {
  return {
    runId: gate.runId,
    workflow: gate.workflow,
    label: gate.label ?? null,
    address: gate.address,
    name: gate.name,
    gateType: gate.gateType,
    prompt: gate.prompt ?? null,
    options: gate.options ?? null,
    as: gate.as ?? null,
    since: isoTime(gate.since),
    deadline: isoTime(gate.deadline),
    ancestors,
  };
}

function blockedOnDocument(wait: RunWait): BlockedOnDocument {
  switch (wait.type) {
    case "gate":
      return { ...wait, since: isoTime(wait.since), deadline: isoTime(wait.deadline) };
    case "sleep":
    case "retry":
      return { ...wait, until: isoTime(wait.until) };
    case "limit":
      return { ...wait, since: isoTime(wait.since) };
    case "child":
    case "items":
      return wait;
    default:
      return wait satisfies never;
  }
}

export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function isoTimeOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : isoTime(epochMs);
}

function stepDocument(step: StepRecord): StepDocument {
  return {
    address: step.address,
    name: step.name,
    kind: step.kind,
    status: step.status,
    attempt: step.attempt,
    iteration: step.iteration,
    ordinal: step.ordinal,
    markers: step.markers,
    context: step.context ?? null,
    output: jsonValue(step.output),
    resultText: step.resultText ?? null,
    error: step.error ?? null,
    childRunId: step.childRunId ?? null,
    keptFrom: step.keptFrom ?? null,
    startedAt: isoTimeOrNull(step.startedAt),
    endedAt: isoTimeOrNull(step.endedAt),
    usage: step.usage ?? null,
    progress: step.progress ?? null,
  };
}

/** Output that is not JSON after all is still worth showing. */
function jsonValue(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
