/**
 * What feeds sinks: pages of the fleet's events, and each sink's place among them. Both are kept in Redis, so another
 * worker goes on where one died.
 */
import type { FleetEvent, FleetEventPage, SinkFeed, SinkPlace } from "@runfleet/model";
import { entryIdOf, isAfter, toHistoryEvents } from "../fact-text.js";
import { claimSink } from "../generated/claim-sink.js";
import { beforeAll, pageRows } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { toFields } from "../run-record.js";
import { runScript } from "../script.js";
import { type Partition, timeOf } from "./partition.js";

export function sinkFeed(partition: Partition): SinkFeed {
  const { redis, keys } = partition;
  return {
    readFleetEvents: (request) => readEvents(partition, request),
    claimSink: async ({ sink, workerId, ttlMs, after = "" }) => {
      const { tag, rest } = await runScript(redis, claimSink, {
        keys,
        values: { now: partition.now(), sink, workerId, ttlMs, after },
      });
      return tag === "held" ? { tag, after: rest[0] as string } : { tag };
    },
    listSinks: ({ limit }) => listSinks(partition, limit),
  };
}

async function readEvents(
  { redis, keys }: Partition,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<FleetEventPage> {
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
}

async function listSinks(partition: Partition, limit: number): Promise<SinkPlace[]> {
  const { redis, keys } = partition;
  const count = pageRows(limit);
  const [now, [, flat]] = await Promise.all([
    timeOf(partition),
    withRedis("hscan sinks", () => redis.hscan(keys.sinks, "0", "COUNT", count)),
  ]);
  const names = flat.filter((_, index) => index % 2 === 0).slice(0, count);
  const places = await Promise.all(
    names.map(async (sink, index): Promise<SinkPlace> => {
      // As `claim_sink.lua` writes it: until when, place, worker.
      const [, until, after = beforeAll, workerId = ""] =
        /^(\d+) (\S+) (.*)$/s.exec(flat[2 * index + 1] as string) ?? [];
      const [next] = (await readEvents(partition, { after, limit: 1 })).events;
      return {
        sink,
        ...(Number(until) > now ? { holder: { workerId, until: Number(until) } } : {}),
        ...(next === undefined ? {} : { behindSince: next.at }),
      };
    }),
  );
  return places.sort((a, b) => (a.sink < b.sink ? -1 : 1));
}

function toFleetEvents([id, flat]: [string, string[]]): FleetEvent[] {
  const entry = toFields(flat) as { readonly run: string; readonly facts: string; readonly at?: string };
  return toHistoryEvents(id, entry).map((event) => ({ ...event, runId: entry.run }));
}
