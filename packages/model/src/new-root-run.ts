/**
 * A run that nobody's step waits for, from what was chosen at its start: the one place of the defaults of a start,
 * whoever starts it (a program, a schedule). Pure; checks nothing and writes nothing.
 */
import type { Definition } from "./definition.js";
import type { NewRun } from "./outside-writes.js";
import { type Concurrency, limitsOfRun, type Rate } from "./run-limits.js";

/** Absent = the workflow's own, or the fleet's default. */
export interface StartChoices {
  /** Complete: with the workflow's defaults. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly label?: string;
  readonly idempotencyKey?: string;
  readonly priority?: number;
  readonly delayMs?: number;
  readonly dryRun?: boolean;
  readonly timeoutMs?: number;
  readonly stepTimeoutMs?: number;
  readonly failFast?: boolean;
  readonly pool?: string;
  readonly model?: string;
  readonly identity?: string;
  readonly pluginDirs?: readonly string[];
  readonly triggeredByHook?: boolean;
  readonly schedule?: string;
  /** Epoch ms. */
  readonly scheduledFor?: number;
  readonly concurrency?: Concurrency;
  readonly rate?: Rate;
}

export const defaultPool = "default";
/** An agent may work for hours; a step without any end would hold a slot for ever. */
const defaultStepTimeoutMs = 12 * 3_600_000;

export function newRootRun(
  { definition, hash }: { readonly definition: Definition; readonly hash: string },
  choices: StartChoices,
  { id, now }: { readonly id: string; readonly now: number },
): NewRun {
  const { schedule, scheduledFor, idempotencyKey, label, priority, delayMs, model, identity } = choices;
  const { concurrency = definition.concurrency, rate = definition.rate } = choices;
  const timeoutMs = choices.timeoutMs ?? definition.timeoutMs;
  return {
    id,
    workflow: definition.name,
    definitionHash: hash,
    rootId: id,
    depth: 0,
    inputs: choices.inputs,
    dryRun: choices.dryRun ?? false,
    failFast: choices.failFast ?? true,
    stepTimeoutMs: choices.stepTimeoutMs ?? defaultStepTimeoutMs,
    pluginDirs: choices.pluginDirs ?? [],
    triggeredByHook: choices.triggeredByHook ?? false,
    pool: choices.pool ?? definition.pool ?? defaultPool,
    createdAt: now,
    ...limitsOfRun({ concurrency, rate }, choices.inputs),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(label === undefined ? {} : { label }),
    ...(priority === undefined ? {} : { priority }),
    ...(model === undefined ? {} : { model }),
    ...(identity === undefined ? {} : { identity }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}
