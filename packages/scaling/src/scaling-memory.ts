/**
 * What the policy remembers of a pool between two evaluations. It is handed in and out as a value, so that whoever evaluates
 * next, anywhere, goes on from it. Bounded, whatever the windows are.
 */
import type { ScalingPolicy } from "@runfleet/model";
import type { PoolObservation } from "./observation.js";

/** So many workers were needed at that time. */
export interface Need {
  readonly at: number;
  readonly workers: number;
}

/** Plain JSON. */
export interface ScalingMemory {
  /** Of the last evaluation. */
  readonly at: number;
  /** Needs that may still be the largest of the window, oldest first; each is larger than the ones after it. */
  readonly needs: readonly Need[];
  /** When there was work last; absent = not since anybody remembers. */
  readonly usedAt?: number;
  /** As last seen, for the time in which no worker is there. */
  readonly slots?: number;
  readonly slotMs?: number;
}

/** A window of five minutes in steps of five seconds. Older needs are put together, never forgotten too early. */
const needsMax = 60;

/**
 * The memory to go on from. Where there is none, or where nobody has asked for so long that it says nothing any more, as many
 * workers as are there were needed a moment ago: a memory that is lost never takes workers away.
 */
export function memoryFor(
  memory: ScalingMemory | undefined,
  { shrinkAfterMs }: ScalingPolicy,
  { at, workers }: PoolObservation,
): ScalingMemory {
  if (memory !== undefined && Math.abs(at - memory.at) <= Math.max(shrinkAfterMs, forgottenAfterMs))
    return memory;
  return {
    at,
    needs: [{ at, workers }],
    ...(workers > 0 ? { usedAt: at } : {}),
    ...(memory?.slots === undefined ? {} : { slots: memory.slots }),
    ...(memory?.slotMs === undefined ? {} : { slotMs: memory.slotMs }),
  };
}

/** Autoscalers ask every few seconds; after a minute of silence the window of the past says nothing about the present. */
const forgottenAfterMs = 60_000;

/** With one more need; without those that are older than the window, and those that cannot be the largest any more. */
export function withNeed(needs: readonly Need[], need: Need, windowMs: number): readonly Need[] {
  const kept = needs.filter(({ at, workers }) => need.at - at < windowMs && workers > need.workers);
  const [first, second, ...rest] = kept;
  if (kept.length < needsMax || first === undefined || second === undefined) return [...kept, need];
  return [{ at: second.at, workers: first.workers }, ...rest, need];
}
