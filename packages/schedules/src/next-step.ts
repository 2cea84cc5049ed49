/**
 * What is to be done about the due time a schedule stands at: wait, fire, or pass over due times that are too old. One step
 * is about one due time, so that each can be recorded by itself and a worker that dies in between loses nothing.
 */
import { limits, type ScheduleSpec } from "@runfleet/model";
import { nextDue } from "./due-times.js";

export type ScheduleStep =
  | { readonly type: "wait"; readonly until: number }
  /** Start the run of this due time, then stand at `next`. */
  | { readonly type: "fire"; readonly dueAt: number; readonly next: number | undefined }
  /** Nobody was there for `missed` due times from this one on; stand at `next`, which may be due already. */
  | {
      readonly type: "miss";
      readonly dueAt: number;
      readonly missed: number;
      readonly next: number | undefined;
    };

export function nextStep(spec: ScheduleSpec, dueAt: number, now: number): ScheduleStep {
  if (dueAt > now) return { type: "wait", until: dueAt };
  const passed = passOver(spec, dueAt, now);
  if (passed.missed === 0) return { type: "fire", dueAt, next: nextDue(spec, dueAt) };
  return { type: "miss", dueAt, ...passed };
}

/** How many due times are not made up, from `dueAt` on, and the first that is, or that is still to come. */
function passOver(
  spec: ScheduleSpec,
  dueAt: number,
  now: number,
): { readonly missed: number; readonly next: number | undefined } {
  const oldest = now - spec.catchUpMs;
  let missed = 0;
  let next: number | undefined = dueAt;
  while (next !== undefined && next < oldest && missed < limits.dueTimesCountedMax) {
    missed += 1;
    next = nextDue(spec, next);
  }
  // Not every second of a month is counted: the rest of what is too old is jumped over.
  if (next !== undefined && next < oldest) next = nextDue(spec, oldest - 1);
  const open = dueTimes(spec, next, now);
  const kept = spec.catchUp === "latest" ? 1 : limits.catchUpRunsMax;
  const left = Math.max(0, open.length - kept);
  return { missed: missed + left, next: left === 0 ? next : open[left] };
}

/** Due times from `first` until now; no more than are counted. */
function dueTimes(spec: ScheduleSpec, first: number | undefined, now: number): number[] {
  const times: number[] = [];
  for (
    let time = first;
    time !== undefined && time <= now && times.length < limits.dueTimesCountedMax;
    time = nextDue(spec, time)
  ) {
    times.push(time);
  }
  return times;
}
