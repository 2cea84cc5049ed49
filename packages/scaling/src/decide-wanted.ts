/**
 * The policy: how many workers a pool should have, and why. A pure function of what is seen now, what is wanted by the
 * operator, and what it remembered last time. Counts nothing, asks nobody, knows no clock.
 *
 *   slots that the work needs → workers → the largest of the window → the last one stays a while → min and max
 *   → workers with runs in hand are not taken away
 */
import type { ScalingPolicy } from "@runfleet/model";
import type { PoolObservation } from "./observation.js";
import { memoryFor, type ScalingMemory, withNeed } from "./scaling-memory.js";
import { slotsNeeded } from "./slots-needed.js";
import { type ScalingCause, sayWhy } from "./why.js";

export interface ScalingDecision {
  /** Workers. */
  readonly wanted: number;
  /** What decided, for programs. */
  readonly cause: ScalingCause;
  /** The same in one sentence for people. */
  readonly why: string;
}

export interface ScalingTurn {
  readonly decision: ScalingDecision;
  /** Hand it to the next turn of this pool. */
  readonly memory: ScalingMemory;
}

/** `memory` is the last turn's, or absent. */
export function decideWanted(
  policy: ScalingPolicy,
  observation: PoolObservation,
  memory?: ScalingMemory,
): ScalingTurn {
  const { at } = observation;
  const before = memoryFor(memory, policy, observation);
  const slots = observation.slots ?? before.slots ?? policy.slots;
  const slotMs = observation.slotMs ?? before.slotMs;
  const hasWork = observation.ready + observation.dueSoon + observation.busy > 0;
  const usedAt = hasWork ? at : before.usedAt;

  const need = slotsNeeded(policy, observation, slotMs);
  const byWork = Math.ceil(need.slots / slots);
  const needs = withNeed(before.needs, { at, workers: byWork }, policy.shrinkAfterMs);
  const settled = needs[0] ?? { at, workers: byWork };
  const restsMs = usedAt === undefined ? 0 : Math.max(0, usedAt + policy.zeroAfterMs - at);
  const rested = settled.workers === 0 && restsMs > 0 ? 1 : settled.workers;
  const allowed = Math.min(Math.max(rested, policy.min), policy.max);
  // More than are allowed may be there; those that work are not taken away, and none is added for their sake.
  const kept = Math.min(observation.workers, keptWorkers[policy.busyWorkers](observation, slots));
  const wanted = Math.max(allowed, kept);

  const cause = causeOf({ wanted, byWork, settled: settled.workers, rested, allowed, hasWork });
  const why = sayWhy(cause, {
    ...{ policy, observation, slots, slotMs, need, wanted, byWork, kept, restsMs },
    settledMsAgo: at - settled.at,
    settled: settled.workers,
    rested,
  });
  return {
    decision: { wanted, cause, why },
    memory: {
      ...{ at, needs, slots },
      ...(usedAt === undefined ? {} : { usedAt }),
      ...(slotMs === undefined ? {} : { slotMs }),
    },
  };
}

/** Workers that must not be taken away, by the operator's rule for busy ones. */
const keptWorkers: Readonly<
  Record<ScalingPolicy["busyWorkers"], (observation: PoolObservation, slots: number) => number>
> = {
  keep: ({ busyWorkers }) => busyWorkers,
  "keep-all": ({ busyWorkers, workers }) => (busyWorkers > 0 ? workers : 0),
  drain: ({ busy }, slots) => Math.ceil(busy / slots),
};

/** The last of the policy's rules that changed the number. */
function causeOf(steps: {
  readonly wanted: number;
  readonly byWork: number;
  readonly settled: number;
  readonly rested: number;
  readonly allowed: number;
  readonly hasWork: boolean;
}): ScalingCause {
  const { wanted, byWork, settled, rested, allowed, hasWork } = steps;
  if (wanted > allowed) return "busy";
  if (allowed < rested) return "max";
  if (allowed > rested) return "min";
  if (rested > settled) return "resting";
  if (settled > byWork) return "settling";
  return hasWork ? "work" : "idle";
}
