/**
 * How many slots the work of a pool needs so that no ready run waits longer than the target. Knows one moment; what was
 * needed before is not its business.
 *
 * In `leftMs` a slot takes `leftMs / slotMs` runs, so a backlog needs `backlog × slotMs / leftMs` slots beside the busy ones,
 * which are what the present arrivals keep busy. A run that holds its slot longer than that needs one of its own. So
 * does every run while nobody knows how long they hold one.
 */
import type { ScalingPolicy } from "@runfleet/model";
import type { PoolObservation } from "./observation.js";

export interface SlotNeed {
  readonly slots: number;
  /** Share of a slot that a run of the backlog needs, above 0, at most 1. */
  readonly share: number;
  /** Time in which the backlog should be gone. */
  readonly leftMs: number;
}

/** Of the target. A backlog that is late already is worked off in this time: in none at all nobody could. */
const leastLeft = 0.1;

export function slotsNeeded(
  { targetMs, startupMs }: ScalingPolicy,
  observation: PoolObservation,
  slotMs: number | undefined,
): SlotNeed {
  const { ready, dueSoon, busy, oldestReadyMs = 0 } = observation;
  const leftMs = Math.max(targetMs - startupMs - oldestReadyMs, targetMs * leastLeft);
  const share = slotMs === undefined ? 1 : Math.min(1, slotMs / leftMs);
  return { slots: Math.ceil(busy + (ready + dueSoon) * share), share, leftMs };
}
