/**
 * What a fork keeps: finds the step it begins with, and collects how everything before it ended. Two bounded walks over
 * the steps, page by page; nothing is written.
 */
import {
  type Address,
  bodyAddress,
  isBelow,
  isEnded,
  type KeptStep,
  keptStep,
  limits,
  RunfleetError,
  type RunRecord,
  type StepRecord,
} from "@runfleet/model";
import type { Connections } from "./connections.js";

/** Places that a refusal names. */
const toldMax = 10;

interface Point {
  readonly address: Address;
  readonly ordinal: number;
}

/** `from` is an address, or the name of a step that ran at one address only. Throws `fork_refused`, `too_large`. */
export async function keptBefore(
  { store }: Connections,
  run: RunRecord,
  from: string,
): Promise<{ readonly address: Address; readonly kept: Readonly<Record<Address, KeptStep>> }> {
  if (!isEnded(run.status)) {
    throw forkRefused(run.id, `it is ${run.status}; cancel it, or wait for its end`);
  }
  const point = await findPoint(store, run, from);
  const kept = await collect(store, run, point);
  await addChildren(store, run, kept);
  return { address: point.address, kept: Object.fromEntries(kept) };
}

type Store = Connections["store"];

async function findPoint(store: Store, run: RunRecord, from: string): Promise<Point> {
  const found = new Map<Address, number>();
  for await (const { address, name, ordinal } of stepsOf(store, run.id)) {
    if (address !== from && name !== from) continue;
    if (found.size < toldMax) found.set(address, ordinal);
    if (address === from) return inBody(run.id, { address, ordinal });
  }
  const [only] = found;
  if (only === undefined) throw forkRefused(run.id, `it has no step ${JSON.stringify(from.slice(0, 100))}`);
  if (found.size > 1) {
    const places = [...found.keys()].join(", ");
    throw forkRefused(run.id, `step ${JSON.stringify(from)} ran more than once; name one address: ${places}`);
  }
  return inBody(run.id, { address: only[0], ordinal: only[1] });
}

function inBody(runId: string, point: Point): Point {
  if (isBelow(point.address, bodyAddress)) return point;
  throw forkRefused(runId, `${point.address} lies in the always block, which every run goes through itself`);
}

/** The last attempt of each step that was opened before the point and has ended. */
async function collect(store: Store, run: RunRecord, { ordinal }: Point): Promise<Map<Address, KeptStep>> {
  const kept = new Map<Address, KeptStep>();
  let bytes = 0;
  for await (const step of stepsOf(store, run.id)) {
    if (step.ordinal >= ordinal) break;
    const found = keptStep(step, run.id);
    if (found === undefined) continue;
    bytes += bytesOf(found) - bytesOf(kept.get(step.address));
    kept.set(step.address, found);
    checkSize(run.id, { steps: kept.size, bytes });
  }
  return kept;
}

/** What completed children handed on lies in their own states. */
async function addChildren(store: Store, run: RunRecord, kept: Map<Address, KeptStep>): Promise<void> {
  let bytes = [...kept.values()].reduce((sum, step) => sum + bytesOf(step), 0);
  for (const [address, step] of kept) {
    const { childRunId } = step;
    if (step.kind !== "child" || step.status !== "completed" || childRunId === undefined) continue;
    const childState = await store.readState(childRunId);
    if (Object.keys(childState).length === 0) {
      throw forkRefused(run.id, `run ${childRunId}, whose results ${address} has, is not stored any more`);
    }
    bytes += bytesOf(childState);
    kept.set(address, { ...step, childState });
    checkSize(run.id, { steps: kept.size, bytes });
  }
}

function checkSize(
  runId: string,
  { steps, bytes }: { readonly steps: number; readonly bytes: number },
): void {
  const { keptStepsMax, keptBytesMax } = limits;
  if (steps <= keptStepsMax && bytes <= keptBytesMax) return;
  const message = `a fork of run ${runId} there would keep more than ${keptStepsMax} steps or ${keptBytesMax} bytes; fork from an earlier step, or rerun it`;
  throw new RunfleetError("too_large", message, { details: { runId, steps, bytes } });
}

function bytesOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

/** In the order in which steps were opened. */
async function* stepsOf(store: Store, runId: string): AsyncGenerator<StepRecord, void> {
  for (let cursor: string | undefined; ; ) {
    const request = { runId, limit: limits.pageRowsMax };
    const page = await store.readSteps({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.rows;
    if (page.cursor === undefined) return;
    cursor = page.cursor;
  }
}

export function forkRefused(runId: string, why: string): RunfleetError {
  return new RunfleetError("fork_refused", `run ${runId} cannot be forked there: ${why}`, {
    details: { runId },
  });
}
