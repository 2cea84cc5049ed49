/**
 * Keeps the leases of all activations of this worker alive and tells an activation when it has lost its own.
 *
 *   held → (renewed in time) → held → (released) → gone
 *   held → (the run was left) → gone
 *   held → (renewal answers "lost", or the deadline on this machine's monotonic clock passes) → lost
 *
 * The deadline counts from before the last successful renewal was sent, so a lease is given up here before it can run
 * out in Redis, with no need to reach Redis. One timer serves all leases.
 */
import type { Lease, LeaseStore } from "@runfleet/model";
import type { Clock } from "./clock.js";

/** Why a lease was lost, and how people are told. */
export const lossReasons = {
  taken: "somebody else holds the lease",
  overdue: "the lease could not be renewed in time",
  repeated: "this worker took the run again",
} as const;
export type LossReason = keyof typeof lossReasons;

export interface LeaseKeeper {
  /** Watches a lease until it is dropped. `onLost` is called at most once, `onBeat` after every renewal. */
  keep(lease: Lease, watch: LeaseWatch): void;
  /** False once the lease is lost. Looks at the clock itself: one that has run out is lost now, not at the next tick. */
  holds(lease: Lease): boolean;
  /** Stops watching a lease and answers its newest form, for its release. */
  drop(lease: Lease): Lease;
  stop(): void;
}

/** `leaving`: the write that lets go of the run was sent, and may give the lease back with it; `left`: it was answered. */
export type Hold = "held" | "leaving" | "left";

export interface LeaseWatch {
  readonly hold: () => Hold;
  readonly onLost: (reason: LossReason) => void;
  readonly onBeat: () => void;
}

interface Held extends LeaseWatch {
  lease: Lease;
  renewing: boolean;
}

export function createLeaseKeeper(options: {
  leases: LeaseStore;
  clock: Clock;
  ttlMs: number;
  renewMs: number;
  onError: (error: unknown) => void;
}): LeaseKeeper {
  const held = new Map<string, Held>();

  const lose = (runId: string, entry: Held, reason: LossReason): void => {
    if (held.get(runId) !== entry) return;
    held.delete(runId);
    if (entry.hold() !== "left") entry.onLost(reason);
  };

  const renew = async (runId: string, entry: Held): Promise<void> => {
    entry.renewing = true;
    try {
      const reply = await options.leases.renew(entry.lease, options.ttlMs);
      if (reply.tag === "lost") {
        // The write that is under way may have given it back; its answer says so.
        if (entry.hold() !== "leaving") lose(runId, entry, "taken");
        return;
      }
      entry.lease = reply.lease;
      if (held.get(runId) === entry) entry.onBeat();
    } catch (error) {
      // One failed renewal costs nothing while the deadline allows; the next tick tries again.
      options.onError(error);
    } finally {
      entry.renewing = false;
    }
  };

  let lastRenewal = options.clock.monotonic();
  const tick = (): void => {
    const now = options.clock.monotonic();
    for (const [runId, entry] of held) {
      if (entry.lease.deadlineMonoMs <= now) lose(runId, entry, "overdue");
    }
    if (now - lastRenewal < options.renewMs) return;
    lastRenewal = now;
    for (const [runId, entry] of held) {
      if (!entry.renewing) void renew(runId, entry);
    }
  };
  // Four looks per renewal: a deadline is noticed at most a quarter of the renewal time late.
  const stopTicking = options.clock.every(Math.max(10, Math.floor(options.renewMs / 4)), tick);

  return {
    keep(lease, watch) {
      const earlier = held.get(lease.runId);
      if (earlier !== undefined) lose(lease.runId, earlier, "repeated");
      held.set(lease.runId, { lease, renewing: false, ...watch });
    },
    holds({ runId, token }) {
      const entry = held.get(runId);
      if (entry?.lease.token !== token) return false;
      if (entry.lease.deadlineMonoMs > options.clock.monotonic()) return true;
      lose(runId, entry, "overdue");
      return false;
    },
    drop(lease) {
      const entry = held.get(lease.runId);
      // A later one of the same run belongs to somebody else.
      if (entry?.lease.token !== lease.token) return lease;
      held.delete(lease.runId);
      return entry.lease;
    },
    stop() {
      stopTicking();
      held.clear();
    },
  };
}
