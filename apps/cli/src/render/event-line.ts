/** One event of a run's history as one line for people. Pure. */
import type { HistoryEvent } from "@runfleet/model";
import type { Colours } from "../terminal.js";
import { oneLine } from "./words.js";

const lineMax = 200;
/** Members that say where and when; the line has them elsewhere. */
const placed: ReadonlySet<string> = new Set(["type", "id", "at", "address", "name", "error", "totals"]);

/** `12:03:04.123  step.completed    b.0 plan  attempt=1 markers=[ready]` */
export function eventLine(event: HistoryEvent, colours: Colours): string {
  const members = new Map<string, unknown>(Object.entries(event));
  const where = [members.get("address"), members.get("name")].filter((part) => part !== undefined).join(" ");
  const details = [...members]
    .filter(([name, value]) => !placed.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  const error = members.get("error") as { readonly code: string; readonly message: string } | undefined;
  const why = error === undefined ? "" : colours.red(`${error.code}: ${error.message}`);
  const time = new Date(event.at).toISOString().slice(11, 23);
  const rest = [where, details.join(" "), why].filter((part) => part !== "").join("  ");
  return `${colours.dim(time)}  ${event.type.padEnd(20)} ${oneLine(rest, lineMax)}`.trimEnd();
}

/** The event as programs get it: its time as ISO 8601, like in every document. */
export function eventDocument(event: HistoryEvent): Readonly<Record<string, unknown>> {
  return { ...event, at: new Date(event.at).toISOString() };
}
