/** A change of many runs is made by many requests; this adds up what they answer. Pure. */
import type { ManyDocument } from "@runfleet/client";

const sampleMax = 5;
const failuresMax = 20;

export function addUp(before: ManyDocument | undefined, next: ManyDocument): ManyDocument {
  if (before === undefined) return next;
  const skipped = { ...before.skipped };
  for (const [code, count] of Object.entries(next.skipped)) skipped[code] = (skipped[code] ?? 0) + count;
  return {
    ...next,
    matched: before.matched + next.matched,
    changed: before.changed + next.changed,
    skipped,
    failed: before.failed + next.failed,
    failures: [...before.failures, ...next.failures].slice(0, failuresMax),
    sample: [...before.sample, ...next.sample].slice(0, sampleMax),
  };
}

export function skippedOf({ skipped }: ManyDocument): number {
  return Object.values(skipped).reduce((sum, count) => sum + count, 0);
}
