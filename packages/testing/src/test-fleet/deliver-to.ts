/**
 * Hands a sink what happened in a fleet in memory, page by page, as the worker does that feeds it. Its place is kept by its name, so a
 * page that it rejected comes again. Waits for nothing, and lets nothing happen in the fleet.
 */
import type { EventSink } from "@runfleet/worker";
import type { Redis } from "../simulated/redis.js";

/** Events of one delivery, as workers have it. */
const pageRows = 200;

/** Rejects with what the sink rejects with. */
export async function deliverTo(sink: EventSink, { memory }: Pick<Redis, "memory">): Promise<void> {
  const claim = { sink: sink.name, workerId: "the test", ttlMs: 0 };
  const { signal } = new AbortController();
  for (;;) {
    const place = await memory.claimSink(claim);
    if (place.tag === "busy") return;
    const { events } = await memory.readFleetEvents({ after: place.after, limit: pageRows });
    const last = events.at(-1);
    if (last === undefined) return;
    await sink.deliver(events, { signal });
    await memory.claimSink({ ...claim, after: last.id });
  }
}
