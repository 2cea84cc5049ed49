/** How much there is of everything, in memory. */
import { type FleetCounting, runStatuses } from "@runfleet/model";
import { agesOf, toRunCounts } from "../fleet-ages.js";
import type { MemoryState } from "./memory-state.js";

export function memoryCounts(state: MemoryState): FleetCounting {
  return {
    countFleet: async () => {
      const runs = [...state.runs.values()];
      const owned = runs.filter(({ owner }) => owner !== undefined);
      const gates = runs.flatMap((run) => [...run.gates.values()]);
      const outbox = [...state.outbox.values()];
      const looks = [...state.schedules.values()].flatMap(({ lookAt }) => lookAt ?? []);
      const times = {
        silentOwner: first(owned.flatMap(({ heartbeatAt }) => heartbeatAt ?? [])),
        oldestGate: first(gates.map(({ since }) => since)),
        oldestOutbox: first(outbox.map(({ at }) => at)),
        overdueSchedule: first(looks),
        unattended: first([...state.timers.values()]),
      };
      const sizes = runStatuses.map((wanted) => runs.filter(({ status }) => status === wanted).length);
      return {
        ...{ runs: toRunCounts(sizes), owned: owned.length, inLine: state.permits.waiters.size },
        ...{ openGates: gates.length, outboxEntries: outbox.length },
        ...agesOf(times, state.now()),
      };
    },
  };
}

function first(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times);
}
