/**
 * A step as it lies in Redis, and back: a row of its members, the end as the time since the start, so that a step without
 * texts has room in the 64 bytes up to which Redis keeps a hash in its small form.
 */
import { fromRow, type MemberTable, type StepRecord, toRow } from "@runfleet/model";

/** In the place of `endedAt`: ms after `startedAt`; of a step that never started, epoch ms. */
type StoredStep = Omit<StepRecord, "endedAt"> & { readonly tookMs?: number };

const stepMembers: MemberTable<StoredStep> = {
  ...{ address: 1, attempt: 1, ordinal: 1, kind: 1, status: 1, name: 1, startedAt: 1, tookMs: 1 },
  ...{ iteration: 1, markers: 1, context: 1, output: 1, resultText: 1, error: 1, childRunId: 1 },
  ...{ usage: 1, keptFrom: 1, progress: 1 },
};

/** Each step is written twice: its members are named here, since to copy the rest of one costs more than to write it. */
export function stepText(step: StepRecord): string {
  const { startedAt, endedAt, iteration, markers } = step;
  const stored: { readonly [Name in keyof typeof stepMembers]: unknown } = {
    address: step.address,
    attempt: step.attempt,
    ordinal: step.ordinal,
    kind: step.kind,
    status: step.status,
    name: step.name,
    startedAt,
    tookMs: endedAt === undefined ? undefined : endedAt - (startedAt ?? 0),
    iteration: iteration === 0 ? undefined : iteration,
    markers: markers.length === 0 ? undefined : markers,
    context: step.context,
    output: step.output,
    resultText: step.resultText,
    error: step.error,
    childRunId: step.childRunId,
    usage: step.usage,
    keptFrom: step.keptFrom,
    progress: step.progress,
  };
  return JSON.stringify(toRow(stepMembers, stored));
}

export function toStep(text: string): StepRecord {
  const { tookMs, ...step } = fromRow(stepMembers, JSON.parse(text) as unknown[]) as unknown as StoredStep;
  const end = tookMs === undefined ? {} : { endedAt: (step.startedAt ?? 0) + tookMs };
  return { ...step, iteration: step.iteration ?? 0, markers: step.markers ?? [], ...end };
}
