/** What happened to a run, newest first, growing as it happens. */
import type { HistoryEvent } from "@runfleet/model";
import { clockTime } from "../words";

export function History({ events }: { readonly events: readonly HistoryEvent[] }) {
  if (events.length === 0) return null;
  return (
    <details className="card">
      <summary>History ({events.length})</summary>
      <ol className="history">
        {events.toReversed().map(({ id, at, type, ...fact }) => (
          <li key={id}>
            <time dateTime={new Date(at).toISOString()}>{clockTime(new Date(at).toISOString())}</time>{" "}
            <b>{type}</b> <span className="quiet">{factText(fact)}</span>
          </li>
        ))}
      </ol>
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
