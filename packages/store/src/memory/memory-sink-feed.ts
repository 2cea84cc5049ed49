/** What feeds sinks, in memory: the fleet's events and each sink's place among them. */
import type { SinkFeed } from "@runfleet/model";
import { beforeAll, pageRows } from "../page.js";
import { copy, type MemoryState } from "./memory-state.js";

export function memorySinkFeed(state: MemoryState): SinkFeed {
  return {
    readFleetEvents: async ({ after, limit }) => {
      const last = placeIn(state, after);
      const events = state.fleetEvents.slice(last + 1, last + 1 + pageRows(limit));
      return { events: copy(events), isCut: last < 0 && after !== beforeAll && events.length > 0 };
    },
    claimSink: async ({ sink, workerId, ttlMs, after }) => {
      const stored = state.sinks.get(sink);
      const isOwn = stored?.workerId === workerId;
      const isHeld = stored !== undefined && stored.until > state.now();
      if (!isOwn && (after !== undefined || isHeld)) return { tag: "busy" };
      const place = after ?? stored?.place ?? beforeAll;
      state.sinks.set(sink, { until: state.now() + ttlMs, place, workerId });
      return { tag: "held", after: place };
    },
    listSinks: async ({ limit }) =>
      [...state.sinks]
        .slice(0, pageRows(limit))
        .map(([sink, { until, place, workerId }]) => {
          const next = state.fleetEvents[placeIn(state, place) + 1];
          return {
            sink,
            ...(until > state.now() ? { holder: { workerId, until } } : {}),
            ...(next === undefined ? {} : { behindSince: next.at }),
          };
        })
        .sort((a, b) => (a.sink < b.sink ? -1 : 1)),
  };
}

/** -1: before all events that are there. */
function placeIn(state: MemoryState, after: string): number {
  return state.fleetEvents.findIndex(({ id }) => id === after);
}
