/**
 * A run's history: read a page, or wait for more. Waiting takes a connection of its own for its duration, since a
 * blocked connection can do nothing else; a few are kept for the next follower.
 */

import type { HistoryEvent, RunStore, StopSignal } from "@runfleet/model";
import type { Redis } from "ioredis";
import { connectBeside } from "../connect-redis.js";
import { entryIdOf, isAfter, toHistoryEvents } from "../fact-text.js";
import { runKeys } from "../keys.js";
import { beforeAll, pageRows } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { toFields } from "../run-record.js";
import type { Partition } from "./partition.js";

/** Idle connections kept: followers come again at once after each answer. */
const idleMax = 4;
/** Events of one answer to a follower. */
const followRows = 200;

export interface HistoryReads extends Pick<RunStore, "readHistory" | "newestEventId" | "followHistory"> {
  readonly close: () => void;
}

export function historyReads(partition: Partition): HistoryReads {
  const blocking = blockingConnections(partition.redis);
  return {
    readHistory: async ({ runId, after, limit }) =>
      await readAfter(partition.redis, runKeys(partition.tag, runId).history, { after: after ?? "0", limit }),
    newestEventId: async (runId) =>
      await withRedis("xrevrange history", async () => {
        const [newest] = await partition.redis.xrevrange(
          runKeys(partition.tag, runId).history,
          "+",
          "-",
          "COUNT",
          1,
        );
        return toEvents(newest === undefined ? [] : [newest]).at(-1)?.id ?? beforeAll;
      }),
    followHistory: async ({ runId, after, blockMs, signal }) => {
      const key = runKeys(partition.tag, runId).history;
      const present = await readAfter(partition.redis, key, { after, limit: followRows });
      if (present.length > 0 || blockMs <= 0 || signal?.aborted === true) return present;
      // Nothing in the entry of `after` comes after it, or it would have been told.
      const place = entryIdOf(after);
      return await blocking.use(signal, async (redis) => {
        const streams = await redis.xread(
          "COUNT",
          followRows,
          "BLOCK",
          Math.ceil(blockMs),
          "STREAMS",
          key,
          place,
        );
        return toEvents(streams?.[0]?.[1] ?? []);
      });
    },
    close: blocking.close,
  };
}

async function readAfter(
  redis: Redis,
  key: string,
  page: { readonly after: string; readonly limit: number },
): Promise<HistoryEvent[]> {
  const { after } = page;
  const limit = pageRows(page.limit);
  // From the entry in which `after` lies: there may be more in it.
  const entries = await withRedis("xrange history", () =>
    redis.xrange(key, entryIdOf(after), "+", "COUNT", limit + 1),
  );
  return toEvents(entries)
    .filter(({ id }) => isAfter(id, after))
    .slice(0, limit);
}

function toEvents(entries: readonly [string, string[]][]): HistoryEvent[] {
  return entries.flatMap(([id, flat]) =>
    toHistoryEvents(id, toFields(flat) as { readonly facts: string; readonly at?: string }),
  );
}

interface BlockingConnections {
  /** Calls with a connection that may block. When `signal` fires the connection is cut and the answer is empty. */
  use(
    signal: StopSignal | undefined,
    call: (redis: Redis) => Promise<HistoryEvent[]>,
  ): Promise<HistoryEvent[]>;
  close(): void;
}

function blockingConnections(beside: Redis): BlockingConnections {
  const idle: Redis[] = [];
  const busy = new Set<Redis>();
  let isClosed = false;
  return {
    use: async (signal, call) => {
      const isOver = () => isClosed || signal?.aborted === true;
      if (isOver()) return [];
      const redis = idle.pop() ?? connectBeside(beside);
      busy.add(redis);
      const cut = () => redis.disconnect();
      signal?.addEventListener("abort", cut, { once: true });
      try {
        return await withRedis("xread block", () => call(redis));
      } catch (error) {
        redis.disconnect();
        if (isOver()) return [];
        throw error;
      } finally {
        signal?.removeEventListener("abort", cut);
        busy.delete(redis);
        if (redis.status === "ready" && !isClosed && idle.length < idleMax) idle.push(redis);
        else redis.disconnect();
      }
    },
    close: () => {
      isClosed = true;
      for (const redis of [...idle.splice(0), ...busy]) redis.disconnect();
    },
  };
}
