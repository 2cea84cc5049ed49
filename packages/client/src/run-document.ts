/**
 * Records of the store as the documents people and programs get: times as ISO 8601, absent values as null,
 * structured output as JSON value. Pure.
 */
import type {
  BlockedOn,
  BlockedOnDocument,
  OpenGate,
  RunDocument,
  RunRecord,
  StepDocument,
  StepRecord,
} from "@runfleet/model";
import type { GateDocument, RunRow } from "./fleet-client.js";

export function runRow(run: RunRecord): RunRow {
  return {
    id: run.id,
    workflow: run.workflow,
    status: run.status,
    inputs: { ...run.inputs },
    label: run.label ?? null,
    generation: run.generation,
    owner: run.owner ?? null,
    blockedOn: run.blockedOn.map(blockedOnDocument),
    totals: run.totals,
    error: run.error ?? null,
    summary: run.summary ?? null,
    createdAt: isoTime(run.createdAt),
    startedAt: isoTimeOrNull(run.startedAt),
    endedAt: isoTimeOrNull(run.endedAt),
    parentId: run.parentId ?? null,
    dryRun: run.dryRun,
    depth: run.depth,
    recoveries: run.recoveries,
  };
}

/** `steps` in any order; the document has them in the order they were opened. */
export function runDocument(
  run: RunRecord,
  parts: { readonly steps: readonly StepRecord[]; readonly children: readonly string[] },
): RunDocument {
  const inOrder = [...parts.steps].sort((a, b) => a.ordinal - b.ordinal || a.attempt - b.attempt);
  return { ...runRow(run), children: [...parts.children], steps: inOrder.map(stepDocument) };
}

export function gateDocument(gate: OpenGate): GateDocument {
  return {
    runId: gate.runId,
    workflow: gate.workflow,
    label: gate.label ?? null,
    address: gate.address,
    name: gate.name,
    gateType: gate.gateType,
    prompt: gate.prompt ?? null,
    options: gate.options ?? null,
    since: isoTime(gate.since),
    deadline: isoTime(gate.deadline),
  };
}

function blockedOnDocument(wait: BlockedOn): BlockedOnDocument {
  switch (wait.type) {
    case "gate":
      return { ...wait, since: isoTime(wait.since), deadline: isoTime(wait.deadline) };
    case "sleep":
    case "retry":
      return { ...wait, until: isoTime(wait.until) };
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

function isoTimeOrNull(epochMs: number | undefined): string | null {
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
    markers: step.markers,
    context: step.context ?? null,
    output: jsonValue(step.output),
    error: step.error ?? null,
    childRunId: step.childRunId ?? null,
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
