/** What the client says of the fleet: workers, pools, who leads what, what is kept. Only shapes. */
import type { FleetCounts, ScalingPolicy } from "@runfleet/model";
import type { ScalingCause } from "@runfleet/scaling";

export interface WorkerDocument {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly pools: readonly string[];
  readonly slots: number;
  readonly busy: number;
  readonly version: string;
  /** It takes no new runs: it was asked to stop. */
  readonly leaving: boolean;
  /** ISO 8601. */
  readonly lastSeen: string;
}

export interface PoolDocument {
  readonly name: string;
  /** Runs a worker could take now. */
  readonly ready: number;
  readonly active: number;
  /** Runs that wait for a person, a child or a time, without a slot. */
  readonly waiting: number;
  /** How long the one that is taken next has been ready; null: none is, or nobody knows. */
  readonly oldestReadyMs: number | null;
  /** Workers that there should be, and the reason in a sentence. */
  readonly wanted: number;
  readonly why: string;
}

/** How many workers a pool should have, and what that follows from. Decided at most every two seconds, whoever asks. */
export interface ScalingDocument {
  readonly pool: string;
  /** Workers. */
  readonly wanted: number;
  /** Whether any is wanted. */
  readonly isActive: boolean;
  /** What decided; `why` says it in a sentence. */
  readonly cause: ScalingCause;
  readonly why: string;
  /** ISO 8601; what follows was seen then. */
  readonly decidedAt: string;
  readonly ready: number;
  readonly dueSoon: number;
  readonly active: number;
  readonly oldestReadyMs: number | null;
  /** Those that take runs. */
  readonly workers: number;
  readonly busyWorkers: number;
  /** How long a run holds a slot of late; null: not known. */
  readonly slotMs: number | null;
  readonly policy: ScalingPolicy;
}

/** What a workflow keeps of its ended runs, their children included. Counted some seconds after their end. */
export interface KeptDocument {
  readonly workflow: string;
  readonly runs: number;
  readonly bytes: number;
}

/** What one worker at a time does for the whole fleet. Feeding a sink is all there is; everything else every worker does. */
export interface LeadDocument {
  readonly what: "sink";
  readonly name: string;
  /** Null: nobody has it now. The next worker that has this sink takes it at its next look. */
  readonly worker: string | null;
  /** ISO 8601: until when it has it unless it renews. Null together with `worker`. */
  readonly until: string | null;
  /** ISO 8601: time of the oldest event that the sink has not got; null: it has them all. */
  readonly behindSince: string | null;
}

export interface FleetDocument {
  readonly workers: readonly WorkerDocument[];
  readonly pools: readonly PoolDocument[];
  /** By name; of more than 100 some. Also what no worker has any more. */
  readonly leads: readonly LeadDocument[];
  /** Largest first; of very many workflows some. */
  readonly kept: readonly KeptDocument[];
}

/** How much there is of everything in Redis, and of its memory. */
export interface FleetCountsDocument extends FleetCounts {
  /**
   * Bytes; null where Redis does not say. Of the whole server what is used and may be used (`maxBytes` 0: as much as there is), of the
   * fleet what its open runs and its lists take: estimates from some of them. What ended runs take is in the fleet's document.
   */
  readonly memory: {
    readonly usedBytes: number | null;
    readonly maxBytes: number | null;
    readonly openRunsBytes: number | null;
    readonly listsBytes: number | null;
  };
}
