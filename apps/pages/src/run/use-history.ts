/**
 * The history of a run as the server sends it. The browser connects again by itself when it is cut off, and gives up when it
 * is refused (too many readers, a proxy whose server is just starting): then this asks again. Nothing is missed.
 */
import type { HistoryEvent } from "@runfleet/model";
import { useEffect, useRef, useState } from "react";

/** What a page keeps: a run may have tens of thousands of events, a person looks at the last ones. */
const keptMax = 500;
/** After a refusal; a server that starts is there by then. */
const askAgainMs = 3_000;

/** Types of messages that carry facts, every one. A browser hands out named messages by name only. */
const factTypes: Readonly<Record<HistoryEvent["type"], true>> = {
  "run.started": true,
  "run.resumed": true,
  "run.waiting": true,
  "run.cancelling": true,
  "run.retried": true,
  "run.timed_out": true,
  "run.completed": true,
  "run.failed": true,
  "run.cancelled": true,
  "step.started": true,
  "step.completed": true,
  "step.failed": true,
  "step.retrying": true,
  "step.in_doubt": true,
  "step.skipped": true,
  "step.timed_out": true,
  "step.cancelled": true,
  "step.kept": true,
  "branch.taken": true,
  "loop.iterated": true,
  "loop.ended": true,
  "parallel.ended": true,
  "gate.waiting": true,
  "gate.resolved": true,
  "gate.poll_failed": true,
  "gate.timed_out": true,
  "fanout.collected": true,
  "fanout.item_started": true,
  "fanout.item_ended": true,
  "child.started": true,
  "child.ended": true,
  "signal.received": true,
  "event.ignored": true,
  "metrics.updated": true,
  "lease.acquired": true,
  "lease.lost": true,
};

/**
 * `endedAt`: null while the run has not ended, undefined while that is not known. One that is retried is followed again,
 * also when it has failed again before anybody looked.
 */
export function useHistory(id: string, endedAt: string | null | undefined): readonly HistoryEvent[] {
  const [events, setEvents] = useState<readonly HistoryEvent[]>([]);
  const last = useRef("");
  useEffect(() => {
    if (endedAt === undefined) return;
    const take = ({ data }: MessageEvent<string>): void => {
      const event = JSON.parse(data) as HistoryEvent;
      last.current = event.id;
      setEvents((before) => [...before, event].slice(-keptMax));
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): EventSource => {
      const after = last.current === "" ? "" : `?after=${last.current}`;
      const opened = new EventSource(`/api/v1/runs/${encodeURIComponent(id)}/events${after}`);
      for (const type of Object.keys(factTypes)) opened.addEventListener(type, take);
      opened.addEventListener("end", () => opened.close());
      opened.addEventListener("error", () => {
        // Of a run that has ended there is nothing more to ask for.
        if (opened.readyState !== EventSource.CLOSED || endedAt !== null) return;
        timer = setTimeout(() => {
          source = open();
        }, askAgainMs);
      });
      return opened;
    };
    let source = open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [id, endedAt]);
  return events;
}
