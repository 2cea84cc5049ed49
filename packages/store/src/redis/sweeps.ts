/**
 * What a sweeper asks for: work that was promised and not confirmed, runs that should have a wake-up, owners that fell
 * silent. It only finds; whoever asks repairs.
 */

import type { OutboxEntry, RunStore } from "@runfleet/model";
import { claimOutbox } from "../generated/claim-outbox.js";
import { claimWakeable } from "../generated/claim-wakeable.js";
import { confirmOutbox } from "../generated/confirm-outbox.js";
import { listSilent } from "../generated/list-silent.js";
import { pageRows } from "../page.js";
import { runScript } from "../script.js";
import { wakeableAgainMs } from "../sweep-times.js";
import type { Partition } from "./partition.js";

type Sweeps = Pick<RunStore, "outboxDone" | "outboxPending" | "wakeable" | "silentOwners">;

export function sweeps(partition: Partition): Sweeps {
  const { redis, keys } = partition;
  return {
    outboxDone: async (ids) => {
      if (ids.length > 0) await runScript(redis, confirmOutbox, { keys, values: { ids } });
    },
    outboxPending: async ({ olderThanMs, limit }) => {
      const { rest } = await runScript(redis, claimOutbox, {
        keys,
        values: { ...partition.common(), olderThanMs, limit: pageRows(limit) },
      });
      return (rest[0] as string[]).map((text) => JSON.parse(text) as OutboxEntry);
    },
    wakeable: async ({ limit }) => {
      const { rest } = await runScript(redis, claimWakeable, {
        keys,
        values: { ...partition.common(), limit: pageRows(limit), againMs: wakeableAgainMs },
      });
      return rest[0] as string[];
    },
    silentOwners: async ({ silentMs, limit }) => {
      const { rest } = await runScript(redis, listSilent, {
        keys,
        values: { ...partition.common(), silentMs, limit: pageRows(limit) },
      });
      return rest[0] as string[];
    },
  };
}
