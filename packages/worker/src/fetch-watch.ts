/**
 * Notices that a worker takes no runs although it could: there are ready ones in a pool of its, it has a slot for them, Redis
 * answers and takes what it writes, and look after look none comes. That is the fault of a living process which only a restart
 * mends. Looks alone count: a process that was frozen, or a Redis that was away, has seen nothing and starts anew. Restarts
 * nothing itself.
 */
import type { PoolBacklog } from "@runfleet/model";
import type { Clock } from "./clock.js";

export interface FetchWatch {
  /** A run of the pool was taken. */
  took(pool: string): void;
  /** It is not in hand any more. */
  gave(pool: string): void;
  /** Why a restart would help; absent: it would not. */
  stuck(): string | undefined;
  stop(): void;
}

interface Seat {
  inHand: number;
  taken: number;
  takenAtLook: number;
  ready: number;
  /** Looks in a row that found work and nothing taken since the last one. */
  idleLooks: number;
}

/** One round trip per pool, and only of a worker with free slots. */
const lookMs = 10_000;
/** A minute: BullMQ waits at most ten seconds for a marker, and a connection that is silent is replaced well before. */
const looksMax = 6;

export function watchFetches(options: {
  readonly pools: readonly string[];
  /** Of each pool. */
  readonly slots: number;
  readonly clock: Clock;
  readonly backlog: (pool: string) => Promise<PoolBacklog>;
  /** False while nothing that the worker writes is confirmed: a Redis that can only be read gives nobody a run. */
  readonly isHeard: () => boolean;
  readonly onError: (error: unknown) => void;
}): FetchWatch {
  const { pools, slots, clock, onError } = options;
  const seats = new Map(pools.map((pool) => [pool, emptySeat()]));
  let looking = false;

  const look = async (pool: string, seat: Seat): Promise<void> => {
    const { inHand, taken } = seat;
    const askedAt = clock.monotonic();
    const found = inHand < slots ? await options.backlog(pool) : undefined;
    const isLate = clock.monotonic() - askedAt > lookMs;
    const isReady = found !== undefined && found.ready > 0 && found.isPaused !== true;
    const couldTake = isReady && !isLate && options.isHeard();
    seat.idleLooks = couldTake && taken === seat.takenAtLook ? seat.idleLooks + 1 : 0;
    seat.ready = found?.ready ?? 0;
    seat.takenAtLook = taken;
  };
  const lookAtAll = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    for (const [pool, seat] of seats) {
      await look(pool, seat).catch((error: unknown) => {
        seat.idleLooks = 0;
        onError(error);
      });
    }
    looking = false;
  };
  const stop = clock.every(lookMs, () => void lookAtAll());

  return {
    took(pool) {
      const seat = seats.get(pool);
      if (seat === undefined) return;
      seat.inHand += 1;
      seat.taken += 1;
      seat.idleLooks = 0;
    },
    gave(pool) {
      const seat = seats.get(pool);
      if (seat !== undefined) seat.inHand -= 1;
    },
    stuck() {
      for (const [pool, { idleLooks, ready }] of seats) {
        if (idleLooks < looksMax) continue;
        const seconds = (looksMax * lookMs) / 1_000;
        return `no run of pool ${pool} was taken for ${seconds} s, although ${ready} are ready, a slot is free and Redis answers`;
      }
      return undefined;
    },
    stop,
  };
}

function emptySeat(): Seat {
  return { inHand: 0, taken: 0, takenAtLook: 0, ready: 0, idleLooks: 0 };
}
