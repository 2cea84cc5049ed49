/**
 * What goes wrong, decided by a seed: how likely each kind of fault is, and how often it has happened. Does nothing
 * itself; whoever asks has to let it happen.
 */
import type { Random } from "./random.js";

export const faultKinds = [
  "dies before a write arrives",
  "dies after a write, before its answer",
  "dies at any time",
  "frozen beyond the lease",
  "drained in order",
  "request lost",
  "answer lost",
  "request done twice",
  "request late",
  "cancel message lost",
  "cancel message doubled",
  "cancel message late",
  "job lost",
  "job doubled",
  "wake-up lost",
  "wake-up late",
  "client dies before the job",
  "answered twice",
  "last writes forgotten",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Probabilities per occasion: a request, a message, a job, a person, or a whole simulation. */
export type Climate = Readonly<Partial<Record<FaultKind, number>>>;

export const noFaults: Climate = {};

/** Everything but what may change how a steady program ends. */
export const storm: Climate = {
  "dies before a write arrives": 0.004,
  "dies after a write, before its answer": 0.004,
  "dies at any time": 0.04,
  "frozen beyond the lease": 0.1,
  "drained in order": 0.04,
  "request lost": 0.01,
  "answer lost": 0.01,
  "request done twice": 0.02,
  "request late": 0.005,
  "cancel message lost": 0.2,
  "cancel message doubled": 0.2,
  "cancel message late": 0.2,
  "job lost": 0.02,
  "job doubled": 0.05,
  "wake-up lost": 0.1,
  "wake-up late": 0.1,
  "client dies before the job": 0.1,
  "answered twice": 0.3,
};

/** The same and a failover that forgets. */
export const hurricane: Climate = { ...storm, "last writes forgotten": 0.04 };

export interface Weather {
  readonly random: Random;
  readonly counts: ReadonlyMap<FaultKind, number>;
  /** Whether it happens now, to this request if it is one; counts it. */
  strikes(kind: FaultKind, request?: string): boolean;
  /** From now on nothing happens any more. */
  calmDown(): void;
}

/**
 * How often each sort of fault may happen that takes a run away from its worker, in one simulation. A run that loses more
 * than `recoveriesMax` workers without progress is given up on purpose; patience keeps their sum below that.
 */
export type Patience = Readonly<Record<"deaths" | "freezes" | "cuts", number>>;

export const patient: Patience = { deaths: 2, freezes: 2, cuts: 1 };
export const impatient: Patience = { deaths: 9, freezes: 9, cuts: 9 };

const losesOwner: Readonly<Partial<Record<FaultKind, keyof Patience>>> = {
  "dies before a write arrives": "deaths",
  "dies after a write, before its answer": "deaths",
  "dies at any time": "deaths",
  "frozen beyond the lease": "freezes",
  "request lost": "cuts",
  "answer lost": "cuts",
  "request done twice": "cuts",
};

export function createWeather(
  random: Random,
  { climate, patience }: { readonly climate: Climate; readonly patience: Patience },
): Weather {
  const counts = new Map<FaultKind, number>();
  const left = { ...patience };
  let isCalm = false;
  return {
    random,
    counts,
    strikes(kind) {
      const chance = climate[kind];
      if (isCalm || chance === undefined || !random.chance(chance)) return false;
      const sort = losesOwner[kind];
      if (sort !== undefined) {
        if (left[sort] === 0) return false;
        left[sort] -= 1;
      }
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return true;
    },
    calmDown() {
      isCalm = true;
    },
  };
}

/** Requests that only look, or say that somebody lives: to die there is to die at the request before or after. */
const idle: ReadonlySet<string> = new Set([
  "announceWorker",
  "claimSchedules",
  "heartbeat",
  "inboxWaiting",
  "outboxPending",
  "renew",
  "silentOwners",
  "wakeable",
]);

/** Good weather but for one fault, at the request with this number (from 1). */
export function createOneFault(
  random: Random,
  fault: { readonly kind: FaultKind; readonly at: number },
): Weather {
  const counts = new Map<FaultKind, number>();
  let requests = 0;
  let isCalm = false;
  return {
    random,
    counts,
    strikes(kind, request) {
      if (isCalm || kind !== fault.kind || request === undefined || idle.has(request)) return false;
      requests += 1;
      if (requests !== fault.at) return false;
      counts.set(kind, 1);
      return true;
    },
    calmDown() {
      isCalm = true;
    },
  };
}
