/** What is to be done in a pool of the queue in memory, as `readBacklog` says it of one on Redis; nobody pauses it. */
import type { PoolBacklog } from "@runfleet/model";
import type { MemoryJob } from "./memory-pool.js";
import { continuingPrecedence } from "./precedence.js";

/** The lists are sorted as they are handed out. */
export function backlogOf(
  pool: {
    readonly waiting: readonly MemoryJob[];
    readonly delayed: readonly MemoryJob[];
    readonly active: number;
  },
  dueBefore: number,
): PoolBacklog {
  const { waiting, delayed, active } = pool;
  const [first] = waiting;
  const begun = first?.precedence === continuingPrecedence ? first : undefined;
  const fresh = waiting.find(({ precedence }) => precedence !== continuingPrecedence);
  return {
    ready: waiting.length,
    waiting: delayed.length,
    dueSoon: delayed.filter(({ rank }) => rank < dueBefore).length,
    active,
    next: [begun, fresh].flatMap((job) => job?.runId ?? []),
  };
}
