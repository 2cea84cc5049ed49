/**
 * What feeds sinks: pages of the fleet's events, and each sink's place among them. Both are kept in Redis, so another
 * worker goes on where one died.
 */
import type { FleetEvent, SinkFeed } from "@runfleet/model";
import { entryIdOf, isAfter, toHistoryEvents } from "../fact-text.js";
import { claimSink } from "../generated/claim-sink.js";
import { beforeAll, pageRows } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { toFields } from "../run-record.js";
import { runScript } from "../script.js";
import type { Partition } from "./partition.js";

export function sinkFeed(partition: Partition): SinkFeed {
  const { redis, keys } = partition;
  return {
    readFleetEvents: async ({ after, limit }) => {
      // With the entry of the last one read: when it is gone, others after it may be gone too.
      const place = entryIdOf(after);
      const entries = await withRedis("xrange events", () =>
        redis.xrange(keys.fleetEvents, place, "+", "COUNT", pageRows(limit) + 1),
      );
      const isThere = entries[0]?.[0] === place;
      const events = entries
        .flatMap(toFleetEvents)
        .filter(({ id }) => isAfter(id, after))
        .slice(0, pageRows(limit));
      return { events, isCut: !isThere && after !== beforeAll && events.length > 0 };
    },
    claimSink: async ({ sink, workerId, ttlMs, after = "" }) => {
      const { tag, rest } = await runScript(redis, claimSink, {
        keys,
        values: { ...partition.common(), sink, workerId, ttlMs, after },
      });
      return tag === "held" ? { tag, after: rest[0] as string } : { tag };
    },
  };
}

function toFleetEvents([id, flat]: [string, string[]]): FleetEvent[] {
  const entry = toFields(flat) as { readonly run: string; readonly facts: string; readonly at?: string };
  return toHistoryEvents(id, entry).map((event) => ({ ...event, runId: entry.run }));
}
