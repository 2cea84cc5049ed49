/**
 * What feeds sinks: pages of the fleet's events, and each sink's place among them. Both are kept in Redis, so another
 * worker goes on where one died.
 */
import type { Fact, FleetEvent, SinkFeed } from "@runfleet/model";
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
      // With the last one read: when it is gone, others after it may be gone too.
      const entries = await withRedis("xrange events", () =>
        redis.xrange(keys.fleetEvents, after, "+", "COUNT", pageRows(limit) + 1),
      );
      const isThere = entries[0]?.[0] === after;
      const fresh = isThere ? entries.slice(1) : entries.slice(0, pageRows(limit));
      return { events: fresh.map(toFleetEvent), isCut: !isThere && after !== beforeAll && fresh.length > 0 };
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

function toFleetEvent([id, flat]: [string, string[]]): FleetEvent {
  const { run, at, fact } = toFields(flat) as {
    readonly run: string;
    readonly at: string;
    readonly fact: string;
  };
  return { ...(JSON.parse(fact) as Fact), id, at: Number(at), runId: run };
}
