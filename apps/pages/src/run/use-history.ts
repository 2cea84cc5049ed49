/** The history of a run as the server sends it. The browser connects again by itself and misses nothing. */
import type { HistoryEvent } from "@runfleet/model";
import { useEffect, useRef, useState } from "react";

/** What a page keeps: a run may have tens of thousands of events, a person looks at the last ones. */
const keptMax = 500;

/** Types of messages that carry facts. A browser hands out named messages by name only. */
const factTypes = [
  ...["run.started", "run.resumed", "run.waiting", "run.cancelling", "run.retried", "run.timed_out"],
  ...["run.completed", "run.failed", "run.cancelled", "step.started", "step.completed", "step.failed"],
  ...["step.retrying", "step.skipped", "step.timed_out", "step.cancelled", "branch.taken", "loop.iterated"],
  ...["loop.ended", "parallel.ended", "gate.waiting", "gate.resolved", "gate.timed_out", "fanout.collected"],
  ...["fanout.item_started", "fanout.item_ended", "child.started", "child.ended", "signal.received"],
  ...["event.ignored", "metrics.updated", "lease.acquired", "lease.lost"],
] as const satisfies readonly HistoryEvent["type"][];

/** `isOpen`: the run has not ended, as far as is known; one that is retried is followed again. */
export function useHistory(id: string, isOpen: boolean | undefined): readonly HistoryEvent[] {
  const [events, setEvents] = useState<readonly HistoryEvent[]>([]);
  const last = useRef("");
  useEffect(() => {
    if (isOpen === undefined) return;
    const after = last.current === "" ? "" : `?after=${last.current}`;
    const source = new EventSource(`/api/v1/runs/${encodeURIComponent(id)}/events${after}`);
    const take = ({ data }: MessageEvent<string>): void => {
      const event = JSON.parse(data) as HistoryEvent;
      last.current = event.id;
      setEvents((before) => [...before, event].slice(-keptMax));
    };
    for (const type of factTypes) source.addEventListener(type, take);
    source.addEventListener("end", () => source.close());
    return () => source.close();
  }, [id, isOpen]);
  return events;
}
