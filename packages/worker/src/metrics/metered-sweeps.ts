/** What a sweeper found, what became of due times, and runs that nobody may continue. Counted as the store answers. */
import type { RunStore } from "@runfleet/model";
import type { MeterOptions } from "./meter-options.js";

type Sweeps = Pick<
  RunStore,
  "outboxPending" | "wakeable" | "silentOwners" | "letIn" | "moveSchedule" | "failUnowned"
>;

export function meterSweeps(store: RunStore, { recorder }: MeterOptions): Sweeps {
  const recoveries = recorder.counter("runfleet_recoveries_total");
  const firings = recorder.counter("runfleet_firings_total");
  const crashLoops = recorder.counter("runfleet_crash_loops_total");
  return {
    async outboxPending(request) {
      const entries = await store.outboxPending(request);
      recoveries.add(entries.length, "outbox_entry");
      return entries;
    },
    async wakeable(request) {
      const runs = await store.wakeable(request);
      recoveries.add(runs.length, "sleeping_run");
      return runs;
    },
    async silentOwners(request) {
      const runs = await store.silentOwners(request);
      recoveries.add(runs.length, "silent_owner");
      return runs;
    },
    async letIn(scope) {
      const reply = await store.letIn(scope);
      recoveries.add(reply.granted?.length ?? 0, "line");
      return reply;
    },
    async moveSchedule(request) {
      const reply = await store.moveSchedule(request);
      if (reply === "done") firings.add(request.firing.missed ?? 1, request.firing.outcome);
      return reply;
    },
    async failUnowned(request) {
      const reply = await store.failUnowned(request);
      if (reply.tag === "finished") crashLoops.add(1);
      return reply;
    },
  };
}
