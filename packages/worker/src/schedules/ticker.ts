/**
 * Fires due schedules, on any worker, in bounded rounds. It sleeps until the next due time it knows of, and looks again once in a
 * while for schedules that were added meanwhile. Claims share the work out among workers; that a due time has one run does not
 * depend on them.
 *
 *   asleep → claiming → firing what was claimed → claiming … → asleep (nothing more is due)
 */
import type { ScheduleRecord } from "@runfleet/model";
import type { Clock } from "../clock.js";
import { type SchedulePorts, stepSchedule } from "./fire-schedule.js";

export interface Ticker {
  /** Resolves when what was claimed is done. */
  stop(): Promise<void>;
}

/** Schedules of one claim: few enough to be through with long before it is over. */
const claimedMax = 50;
/** After this another worker takes over what a dead one had claimed. */
const claimMs = 3_000;
/** Steps taken at once. */
const parallelMax = 10;
/** Claims of one round; whatever is left comes right after it. */
const claimsMax = 20;
/** Clocks of workers differ by a few milliseconds: one that is fast must not ask without a pause. */
const pauseMsMin = 20;

export function createTicker(options: {
  readonly ports: SchedulePorts;
  readonly clock: Clock;
  /** The longest sleep: a schedule that is added is heard of within this time. */
  readonly lookMs: number;
}): Ticker {
  const { ports, clock, lookMs } = options;
  const { store, log } = ports;
  let stopTimer: (() => void) | undefined;
  let stopped = false;

  // One that fails must keep neither the others nor the next round waiting; its claim runs out.
  const step = (schedule: ScheduleRecord): Promise<void> =>
    stepSchedule(schedule, ports).catch((error: unknown) =>
      log.warn("a schedule could not be fired, trying again", {
        schedule: schedule.name,
        error: String(error),
      }),
    );

  // Answers when there may be more, epoch ms.
  const round = async (): Promise<number | undefined> => {
    for (let claims = 0; claims < claimsMax && !stopped; claims += 1) {
      const { schedules, nextAt } = await store.claimSchedules({ limit: claimedMax, claimMs });
      if (schedules.length === 0) return nextAt;
      for (let first = 0; first < schedules.length; first += parallelMax) {
        await Promise.all(schedules.slice(first, first + parallelMax).map(step));
      }
    }
    return clock.now();
  };

  const sleepUntil = (nextAt: number | undefined): void => {
    if (stopped) return;
    const wait = nextAt === undefined ? lookMs : nextAt - clock.now();
    stopTimer = clock.after(Math.min(lookMs, Math.max(pauseMsMin, wait)), wakeUp);
  };
  let current: Promise<void> = Promise.resolve();
  const wakeUp = (): void => {
    current = round().then(sleepUntil, (error: unknown) => {
      log.warn("schedules could not be looked at, trying again", { error: String(error) });
      sleepUntil(undefined);
    });
  };
  wakeUp();

  return {
    async stop() {
      stopped = true;
      stopTimer?.();
      await current;
    },
  };
}
