/**
 * What must be true when a simulated fleet has come to rest: every run has ended or waits for somebody who will not come,
 * nothing is left of what was under way, and the ledger agrees with the store.
 */

import { isEnded } from "@runfleet/model";
import type { MemorySnapshot } from "@runfleet/store";
import { takeSnapshot } from "@runfleet/store";
import type { Redis } from "../../../packages/testing/src/simulated/redis.js";
import { onceNames } from "./actions.js";
import type { Ledger } from "./ledger.js";
import { isAbandoned } from "./people.js";
import { pool } from "./programs.js";

type StoredRun = MemorySnapshot["runs"] extends ReadonlyMap<string, infer R> ? R : never;

/** Waits for somebody who will not come, itself or through a child. */
function isLeftAlone(run: StoredRun, runs: MemorySnapshot["runs"], seed: number): boolean {
  if (run.status !== "waiting" || run.owner !== undefined) return false;
  const children = [...runs.values()].filter(({ info }) => info.parentId === run.info.id);
  return run.blockedOn.some((wait) => {
    if (wait.type === "gate") return wait.gateType.startsWith("human") && isAbandoned(run.info.rootId, seed);
    if (wait.type === "child" || wait.type === "items") {
      const open = children.filter((child) => !isEnded(child.status));
      return open.length > 0 && open.every((child) => isLeftAlone(child, runs, seed));
    }
    return false;
  });
}

export function isAtRest(
  redis: Redis,
  ledger: Ledger,
  { seed, isHasty }: { readonly seed: number; readonly isHasty: boolean },
): boolean {
  const families = [...ledger.account().runs.keys()];
  const isSomebodyAlone = families.some((id) => id.startsWith("root-") && isAbandoned(id, seed));
  // Looking at everything is dear, and mostly not needed. Hasty programs have a deadline for everything.
  if (!isSomebodyAlone || isHasty) return ledger.openRuns().length === 0;
  const { runs } = takeSnapshot(redis.memory);
  return [...runs.values()].every((run) => isEnded(run.status) || isLeftAlone(run, runs, seed));
}

/** Adds what is wrong to the ledger. */
export function settle(redis: Redis, ledger: Ledger, seed: number): void {
  const held = takeSnapshot(redis.memory);
  const isHere = new Set(held.runs.keys());
  for (const run of held.runs.values()) {
    for (const problem of [...problemsOf(run, held, seed), ...leftovers(run, held)]) {
      ledger.wrong(`${run.info.id} ${problem}`);
    }
  }
  for (const id of held.outbox.keys()) ledger.wrong(`the outbox still has ${id}`);
  for (const [id, { expiresAt }] of held.leases) {
    if (expiresAt > redis.time.now()) ledger.wrong(`somebody still holds the lease of ${id}`);
  }
  for (const [scope, holders] of held.permits.held)
    for (const id of holders) ledger.wrong(`${id} still has a permit of ${scope}`);
  for (const id of held.permits.waiters.keys()) ledger.wrong(`${id} is still in line for a permit`);
  for (const job of redis.queue.snapshot().get(pool) ?? []) {
    if (job.state === "waiting" || job.state === "active")
      ledger.wrong(`the job of ${job.runId} is ${job.state}`);
  }
  checkHistory(ledger, held, isHere);
}

function problemsOf(run: StoredRun, held: MemorySnapshot, seed: number): string[] {
  if (!isEnded(run.status)) {
    return isLeftAlone(run, held.runs, seed)
      ? []
      : [`is ${run.status} for ever, owner ${run.owner}, waits for ${JSON.stringify(run.blockedOn)}`];
  }
  // Nobody read the state of a run that was given up, so nobody ended its steps either.
  if (run.error?.code === "crash_loop") return [];
  const problems: string[] = [];
  const steps = [...run.steps].map(([key, { json }]) => ({ key, step: JSON.parse(json) as StepOf }));
  for (const { key, step } of steps) {
    if (["running", "waiting", "pending"].includes(step.status))
      problems.push(`has ended and ${key} is ${step.status}`);
  }
  const cleanups = steps.filter(({ step }) => step.name === "clean" && step.status === "completed");
  const tries = new Set(steps.filter(({ step }) => step.name === "clean").map(({ step }) => step.address));
  // One that was cancelled before any worker took it had nothing to clean up.
  const places = run.generation === 0 ? 0 : 1;
  if (tries.size !== places || cleanups.length > 1) {
    problems.push(`cleaned up at ${tries.size} places`);
  }
  return problems;
}

interface StepOf {
  readonly name: string;
  readonly address: string;
  readonly status: string;
}

function leftovers(run: StoredRun, held: MemorySnapshot): string[] {
  const problems: string[] = [];
  const { id } = run.info;
  if (run.owner !== undefined) problems.push(`is still owned by ${run.owner}`);
  if (run.inbox.length > 0) problems.push(`has unread events: ${run.inbox.join(" ")}`);
  if (isEnded(run.status) && run.gates.size > 0) problems.push("has ended with an open gate");
  if (isEnded(run.status) && held.timers.has(id)) problems.push("has ended and wants to be woken");
  const { parentId } = run.info;
  const parent = parentId === undefined ? undefined : held.runs.get(parentId);
  const isAwaited = parent?.blockedOn.some((wait) => wait.type === "child" && wait.childRunId === id);
  if (isEnded(run.status) && isAwaited) problems.push("has ended and its parent was not told");
  return problems;
}

function checkHistory(ledger: Ledger, held: MemorySnapshot, isHere: ReadonlySet<string>): void {
  const { once } = ledger;
  const { asked, unstartable, ends, effects, generations, forgotten } = ledger.account();
  for (const [childId, { parentId }] of asked) {
    const parent = held.runs.get(parentId);
    const isForgotten = !isHere.has(childId) && !unstartable.has(childId);
    if (isForgotten && parent !== undefined && !isEnded(parent.status))
      ledger.wrong(`the child ${childId} was forgotten`);
  }
  if (forgotten > 0) return;
  for (const [id, { generation }] of held.runs) {
    if (generation < (generations.get(id) ?? 0)) ledger.wrong(`the generation of ${id} went back`);
  }
  for (const [key, { generation, step }] of ends) {
    if (step.kind !== "call" || step.status !== "completed") continue;
    const isOnce = Object.values<string>(onceNames).includes(step.name);
    const place = key.slice(0, key.lastIndexOf("#"));
    if (isOnce ? !once.has(place) : !effects.has(`${key} ${generation}`))
      ledger.wrong(`${key} is completed without an effect of its owner`);
  }
}

/** How a run ended, without anything that depends on time. */
export function resultsOf(redis: Redis): ReadonlyMap<string, string> {
  const { runs } = takeSnapshot(redis.memory);
  return new Map(
    [...runs].map(([id, run]) => {
      const steps = [...run.steps.values()]
        .map(({ json }) => JSON.parse(json) as Record<string, unknown>)
        .map(({ address, attempt, status, markers, context }) =>
          JSON.stringify({ address, attempt, status, markers, context }),
        )
        .sort();
      return [id, [`${run.status} ${run.error?.code ?? ""}`, ...steps].join("\n")];
    }),
  );
}

/** All of the store as text, for a comparison byte by byte. */
export function contentsOf(redis: Redis): string {
  return JSON.stringify(takeSnapshot(redis.memory), (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    return value instanceof Set ? [...value] : value;
  });
}
