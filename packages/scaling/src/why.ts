/** The reason for a number of workers, in one sentence that names the numbers it follows from. Decides nothing. */
import { formatDuration, type ScalingPolicy } from "@runfleet/model";
import type { PoolObservation } from "./observation.js";
import type { SlotNeed } from "./slots-needed.js";

export const scalingCauses = ["idle", "work", "settling", "resting", "min", "max", "busy"] as const;
export type ScalingCause = (typeof scalingCauses)[number];

export interface Grounds {
  readonly policy: ScalingPolicy;
  readonly observation: PoolObservation;
  readonly slots: number;
  readonly slotMs: number | undefined;
  readonly need: SlotNeed;
  readonly wanted: number;
  readonly byWork: number;
  readonly settled: number;
  readonly settledMsAgo: number;
  readonly rested: number;
  readonly restsMs: number;
  readonly kept: number;
}

export function sayWhy(cause: ScalingCause, grounds: Grounds): string {
  return sentences[cause](grounds);
}

const nothing = "nothing is ready, due soon or in hand";

const sentences: Readonly<Record<ScalingCause, (grounds: Grounds) => string>> = {
  idle: () => nothing,
  work: work,
  settling: ({ policy, byWork, settled, settledMsAgo }) =>
    `the work needs ${byWork}; ${settled} ${settled === 1 ? "was" : "were"} there or needed ${span(settledMsAgo)} ago, and fewer are wanted only when fewer were enough for ${span(policy.shrinkAfterMs)}`,
  resting: ({ policy, restsMs }) =>
    `${nothing}; one stays for ${span(restsMs)} more, until ${span(policy.zeroAfterMs)} after the last work`,
  min: ({ policy, observation, byWork }) =>
    byWork === 0 && observation.busy === 0
      ? `${nothing}; at least ${policy.min} are wanted (min)`
      : `the work needs ${byWork}; at least ${policy.min} are wanted (min)`,
  max: ({ policy, rested, ...grounds }) =>
    `at most ${policy.max} are wanted (max), though ${rested} would be needed: ${work({ ...grounds, policy, rested })}`,
  busy: ({ kept, byWork, policy, observation }) =>
    policy.busyWorkers === "keep-all"
      ? `the work needs ${byWork}; ${observation.busy} runs are in hand, and until they are done none of ${kept} workers is taken away`
      : `the work needs ${byWork}; ${kept} workers have runs in hand and are not taken away`,
};

function work({ policy, observation, slots, slotMs, need }: Grounds): string {
  const { ready, dueSoon, busy, oldestReadyMs } = observation;
  const parts = [
    ...(ready > 0 ? [`${ready} ready`] : []),
    ...(dueSoon > 0 ? [`${dueSoon} due soon`] : []),
    ...(busy > 0 ? [`${busy} in hand`] : []),
  ];
  const each =
    need.share < 1 && slotMs !== undefined && ready + dueSoon > 0
      ? `, at ${span(slotMs)} of a slot each and ${span(need.leftMs)} left,`
      : "";
  const late =
    oldestReadyMs !== undefined && oldestReadyMs > policy.targetMs
      ? `; the oldest has been ready for ${span(oldestReadyMs)}, the target is ${span(policy.targetMs)}`
      : "";
  const count = need.slots === 1 ? "1 slot" : `${need.slots} slots`;
  return `${parts.join(", ")}${each} need ${count} of ${Math.floor(slots)} per worker${late}`;
}

/** Two figures are enough for people: "1m30s", "250ms". */
function span(ms: number): string {
  const stepMs = ms < 1_000 ? 1 : 1_000;
  return formatDuration(Math.max(1, Math.round(ms / stepMs)) * stepMs);
}
