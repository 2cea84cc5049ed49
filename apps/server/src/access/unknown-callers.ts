/**
 * Counts calls without a token that is known, by address, a minute at a time: for what is not asked over HTTP, whose requests have
 * a limit of their own. Whoever has a token is never counted.
 */
import { RunfleetError } from "@runfleet/model";

export interface UnknownCallers {
  /** Throws `unauthenticated` with the message, and `rate_limited` when the address has had too many this minute. */
  refuse(address: string, message: string): never;
}

/** As many as over HTTP. */
export const unknownPerMinute = 300;
/** Addresses beyond these share one count: who has that many is not to be counted apart. */
const addressesMax = 1_000;
const minuteMs = 60_000;
const others = "others";

/** `monotonic`: milliseconds that never go back. */
export function countUnknownCallers(monotonic: () => number = () => performance.now()): UnknownCallers {
  const counts = new Map<string, number>();
  let beganAt = monotonic();
  return {
    refuse(address, message) {
      if (monotonic() - beganAt >= minuteMs) {
        counts.clear();
        beganAt = monotonic();
      }
      const key = counts.has(address) || counts.size < addressesMax ? address : others;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count > unknownPerMinute)
        throw new RunfleetError("rate_limited", "too many calls without a valid token; wait a minute");
      throw new RunfleetError("unauthenticated", message);
    },
  };
}
