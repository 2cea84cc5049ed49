/** What this package offers: the policy, what it is told, and what it remembers. */
export { decideWanted, type ScalingDecision, type ScalingTurn } from "./decide-wanted.js";
export { observePool, type PoolObservation } from "./observation.js";
export type { Need, ScalingMemory } from "./scaling-memory.js";
export { type ScalingCause, scalingCauses } from "./why.js";
