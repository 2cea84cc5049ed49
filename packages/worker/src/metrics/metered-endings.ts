/** What became of due times, and runs that nobody may continue. Counted as the store answers. */
import type { RunStore } from "@runfleet/model";
import type { MeterOptions } from "./meter-options.js";

type Endings = Pick<RunStore, "moveSchedule" | "failUnowned">;

export function meterEndings(store: RunStore, { recorder }: MeterOptions): Endings {
  const firings = recorder.counter("runfleet_firings_total");
  const crashLoops = recorder.counter("runfleet_crash_loops_total");
  return {
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
