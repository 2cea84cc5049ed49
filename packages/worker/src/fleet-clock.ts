/**
 * The time of the store on this machine. All that a run waits for is counted on the store's clock, whichever worker counts:
 * a machine whose own clock was set wrongly neither wakes runs early nor lets them sleep for hours. Between two answers of
 * the store the monotonic clock goes on. Opens no connection; whoever talks to the store anyway sets it.
 */
import { type Clock, systemClock } from "./clock.js";

/** `now` is this machine's own time until the store has answered once. */
export interface FleetClock extends Clock {
  /** Sets the clock by the time that `ask` answers. Rejects as `ask` does. */
  setBy(ask: () => Promise<number>): Promise<void>;
}

/** Half of the way there and back is the error; an answer that took longer is worth less than what is known. */
const roundTripMsMax = 500;

export function createFleetClock(machine: Clock = systemClock): FleetClock {
  let originMs = machine.now() - machine.monotonic();
  let errorMs = Number.POSITIVE_INFINITY;
  return {
    ...machine,
    now: () => Math.round(originMs + machine.monotonic()),
    async setBy(ask) {
      const sentAt = machine.monotonic();
      const storeMs = await ask();
      const receivedAt = machine.monotonic();
      const roundTripMs = receivedAt - sentAt;
      if (roundTripMs > roundTripMsMax && roundTripMs > errorMs) return;
      errorMs = roundTripMs;
      originMs = storeMs - (sentAt + receivedAt) / 2;
    },
  };
}
