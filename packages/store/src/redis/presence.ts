/**
 * Which workers are there. A worker that falls silent leaves the list by itself.
 */
import { limits, type RunStore, type WorkerPresence } from "@runfleet/model";
import { announceWorker } from "../generated/announce-worker.js";
import { listWorkers } from "../generated/list-workers.js";
import { withdrawWorker } from "../generated/withdraw-worker.js";
import { runScript } from "../script.js";
import { presenceKeptMs } from "../sweep-times.js";
import type { Partition } from "./partition.js";

type Presence = Pick<RunStore, "announceWorker" | "withdrawWorker" | "listWorkers">;

export function presence(partition: Partition): Presence {
  const { redis, keys } = partition;
  return {
    announceWorker: async (worker) => {
      const { lastSeen: _setByTheStore, ...facts } = worker;
      const { rest } = await runScript(redis, announceWorker, {
        keys,
        values: {
          now: partition.now(),
          worker: worker.id,
          presence: JSON.stringify(facts),
          keptMs: presenceKeptMs,
        },
      });
      return Number(rest[0]);
    },
    withdrawWorker: async (workerId) => {
      await runScript(redis, withdrawWorker, { keys, values: { worker: workerId } });
    },
    listWorkers: async () => {
      const { rest } = await runScript(redis, listWorkers, {
        keys,
        values: { now: partition.now(), keptMs: presenceKeptMs, limit: limits.pageRowsMax },
      });
      return toWorkers(rest[0] as string[]);
    },
  };
}

function toWorkers(flat: readonly string[]): WorkerPresence[] {
  const workers: WorkerPresence[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const facts = JSON.parse(flat[index + 1] as string) as Omit<WorkerPresence, "lastSeen">;
    workers.push({ ...facts, lastSeen: Number(flat[index]) });
  }
  return workers;
}
