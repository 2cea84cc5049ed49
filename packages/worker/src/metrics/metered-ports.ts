/**
 * Counts what a worker does at the seams where it does it: a store, leases and a keeper that pass every call on and add to the
 * metrics what was asked and answered. So nothing that decides, commits or performs knows of metrics. Changes no call and no
 * answer.
 */
import type { Disposition, LeaseStore, RunStore } from "@runfleet/model";
import type { LeaseKeeper } from "../lease-keeper.js";
import type { MeterOptions } from "./meter-options.js";
import { meterEndings } from "./metered-endings.js";
import { meterWrites } from "./metered-writes.js";

export function meterStore<Store extends RunStore>(store: Store, options: MeterOptions): Store {
  return { ...store, ...meterWrites(store, options), ...meterEndings(store, options) };
}

/** `renew` alone is worth counting: what cannot be acquired comes back as a busy activation. */
export function meterLeases(leases: LeaseStore, { recorder, clock }: MeterOptions): LeaseStore {
  const renewals = recorder.counter("runfleet_lease_renewals_total");
  const margin = recorder.histogram("runfleet_lease_margin_seconds");
  return {
    ...leases,
    async renew(lease, ttlMs) {
      try {
        const reply = await leases.renew(lease, ttlMs);
        renewals.add(1, reply.tag);
        if (reply.tag === "renewed") margin.record((lease.deadlineMonoMs - clock.monotonic()) / 1_000);
        return reply;
      } catch (error) {
        renewals.add(1, "failed");
        throw error;
      }
    },
  };
}

export function meterKeeper(keeper: LeaseKeeper, { recorder }: MeterOptions): LeaseKeeper {
  const lost = recorder.counter("runfleet_leases_lost_total");
  return {
    ...keeper,
    keep(lease, watch) {
      keeper.keep(lease, {
        ...watch,
        onLost(reason) {
          lost.add(1, reason);
          watch.onLost(reason);
        },
      });
    },
  };
}

type Handle = (job: { readonly runId: string }) => Promise<Disposition>;

/** What becomes of the jobs of a pool. */
export function meterHandle(pool: string, handle: Handle, { recorder }: MeterOptions): Handle {
  const activations = recorder.counter("runfleet_activations_total");
  // A rate needs a beginning: a series that appears with its first event hides it.
  for (const type of ["parked", "ended", "yielded", "busy"] as const) activations.add(0, pool, type);
  recorder.counter("runfleet_takeovers_total").add(0, pool);
  return (job) =>
    handle(job).then((disposition) => {
      activations.add(1, pool, disposition.type);
      return disposition;
    });
}

/** What is known of a worker at any time. */
export function meterSlots(
  { recorder }: MeterOptions,
  worker: { readonly slots: number; readonly leaseTtlMs: number; readonly busy: () => number },
): void {
  const used = recorder.gauge("runfleet_worker_slots_used");
  recorder.gauge("runfleet_worker_slots").set(worker.slots);
  recorder.gauge("runfleet_lease_ttl_seconds").set(worker.leaseTtlMs / 1_000);
  recorder.addSource(() => used.set(worker.busy()));
}
