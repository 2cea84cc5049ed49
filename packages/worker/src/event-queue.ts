/**
 * The queue between the things that happen to an activation and its decision loop: many writers, one reader.
 * The reader takes everything that is there in one go, so that what ended together is decided together.
 */
import type { Clock } from "./clock.js";

export interface EventQueue<T> {
  push(event: T): void;
  /** All events, waiting for the first one until `timeoutMs` has passed (absent = for ever); empty on timeout. */
  take(timeoutMs?: number): Promise<readonly T[]>;
}

export function createEventQueue<T>(clock: Clock): EventQueue<T> {
  let waiting: T[] = [];
  let notify: (() => void) | undefined;

  const drain = (): readonly T[] => {
    const events = waiting;
    waiting = [];
    return events;
  };

  return {
    push(event) {
      waiting.push(event);
      notify?.();
    },
    take(timeoutMs) {
      if (waiting.length > 0 || (timeoutMs !== undefined && timeoutMs <= 0)) return Promise.resolve(drain());
      let stopTimer: (() => void) | undefined;
      const notified = new Promise<void>((resolve) => {
        notify = resolve;
        if (timeoutMs !== undefined) stopTimer = clock.after(timeoutMs, resolve);
      });
      return notified.then(() => {
        stopTimer?.();
        notify = undefined;
        return drain();
      });
    },
  };
}
