/** What happened to a run, newest first, growing as it happens. */
import type { HistoryEvent } from "@runfleet/model";
import { useState } from "react";
import { clockTime } from "../words";

/** Events shown at once; more on demand. */
const shownAtOnce = 100;

export function History({ events }: { readonly events: readonly HistoryEvent[] }) {
  const [shown, setShown] = useState(shownAtOnce);
  if (events.length === 0) return null;
  return (
    <details className="card">
      <summary>History ({events.length})</summary>
      <ol className="history">
        {events
          .toReversed()
          .slice(0, shown)
          .map(({ id, at, type, ...fact }) => (
            <li key={id}>
              <time dateTime={new Date(at).toISOString()}>{clockTime(new Date(at).toISOString())}</time>{" "}
              <b>{type}</b> <span className="quiet">{factText(fact)}</span>
            </li>
          ))}
      </ol>
      {events.length > shown ? (
        <button type="button" onClick={() => setShown(shown + shownAtOnce)}>
          Show more of {events.length}
        </button>
      ) : null}
    </details>
  );
}

function factText(fact: object): string {
  return Object.entries(fact)
    .map(([name, value]) => `${name}=${valueText(name, value)}`)
    .join(" ");
}

/** Members of facts that are points in time. */
const times: ReadonlySet<string> = new Set(["until", "deadline"]);

function valueText(name: string, value: unknown): string {
  if (times.has(name) && typeof value === "number") return clockTime(new Date(value).toISOString());
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
