/** How much there is of everything in a partition. Reads only. */
import type { FleetCounting } from "@runfleet/model";
import { agesOf, toRunCounts } from "../fleet-ages.js";
import { countFleet } from "../generated/count-fleet.js";
import { runScript } from "../script.js";
import type { Partition } from "./partition.js";

export function fleetCounts(partition: Partition): FleetCounting {
  const { redis, keys } = partition;
  return {
    countFleet: async () => {
      const { rest } = await runScript(redis, countFleet, { keys, values: { now: partition.now() } });
      const [now, sizes, times] = rest as [string, number[], string[]];
      const [owned = 0, inLine = 0, openGates = 0, outboxEntries = 0] = sizes.slice(7);
      const [silentOwner, oldestGate, oldestOutbox, overdueSchedule, unattended] = times.map((text) =>
        text === "" ? undefined : Number(text),
      );
      return {
        ...{ runs: toRunCounts(sizes), owned, inLine, openGates, outboxEntries },
        ...agesOf({ silentOwner, oldestGate, oldestOutbox, overdueSchedule, unattended }, Number(now)),
      };
    },
  };
}
