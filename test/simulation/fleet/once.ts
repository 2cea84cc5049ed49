/**
 * The resource outside at which actions take effect at most once. Keeps what happened, and says so when something happened
 * twice. Who looks something up closes it for every attempt before his own, so that what he hears stays true.
 */
import type { Effect } from "./ledger.js";

/** Attempts in order: by token, then by number. */
type Rank = Pick<Effect, "token" | "attempt">;

interface Place {
  /** Attempts below are refused. */
  closed: Rank;
  effect?: { readonly attempt: number; readonly at: number };
}

export interface Once {
  effect(effect: Effect): void;
  /** The attempt that had its effect, if any. */
  lookUp(at: Pick<Effect, "runId" | "address">, asker: Rank): number | undefined;
  has(place: string): boolean;
  /** What those heard who looked. */
  readonly heard: { done: number; notDone: number };
  /** A store has forgotten what was written since: an attempt begun in that time is begun again, and nobody asks. */
  forgive(since: number): void;
}

/** How much later than its begin an attempt may have its effect, frozen in between. */
const lateMs = 60_000;

export function createOnce(options: {
  readonly now: () => number;
  readonly note: (line: string) => void;
  readonly wrong: (what: string) => void;
}): Once {
  const { now, note, wrong } = options;
  const places = new Map<string, Place>();
  const heard = { done: 0, notDone: 0 };
  const forgiven: { readonly from: number; readonly to: number }[] = [];

  const placeOf = ({ runId, address }: Pick<Effect, "runId" | "address">): Place => {
    const key = `${runId} ${address}`;
    const place = places.get(key) ?? { closed: { token: 0, attempt: 0 } };
    places.set(key, place);
    return place;
  };

  return {
    effect(effect) {
      const place = placeOf(effect);
      const what = `${effect.runId} ${effect.address}`;
      if (isBelow(effect, place.closed)) return note(`late effect of ${what} refused`);
      const { effect: before } = place;
      const isForgiven = before && forgiven.some(({ from, to }) => before.at >= from && before.at <= to);
      if (before && !isForgiven)
        wrong(`${what} took effect at attempt ${before.attempt} and ${effect.attempt}`);
      place.effect = { attempt: effect.attempt, at: now() };
    },
    lookUp(at, asker) {
      const place = placeOf(at);
      if (isBelow(place.closed, asker)) place.closed = asker;
      heard[place.effect === undefined ? "notDone" : "done"] += 1;
      return place.effect?.attempt;
    },
    heard,
    has: (key) => places.get(key)?.effect !== undefined,
    forgive: (since) => void forgiven.push({ from: since, to: now() + lateMs }),
  };
}

function isBelow(one: Rank, other: Rank): boolean {
  return one.token < other.token || (one.token === other.token && one.attempt < other.attempt);
}
