/** One event of a run's history as one line for people, and as programs get it. Pure. */
import type { HistoryEvent } from "@runfleet/model";
import type { Colours } from "../terminal.js";
import { eventWords } from "./event-words.js";
import { oneLine } from "./words.js";

const lineMax = 200;

/** `12:03:04.123  step.completed       plan completed, markers ready  b.0`; `of`: the run, where there are several. */
export function eventLine(event: HistoryEvent, colours: Colours, of?: string): string {
  const members = new Map<string, unknown>(Object.entries(event));
  const error = members.get("error") as { readonly code: string; readonly message: string } | undefined;
  const why =
    error === undefined ? "" : `: ${colours.red(oneLine(`${error.code}: ${error.message}`, lineMax))}`;
  const time = new Date(event.at).toISOString().slice(11, 23);
  const told = `${oneLine(eventWords(event), lineMax)}${why}`;
  const address = members.get("address");
  const places = [typeof address === "string" ? address : "", of === undefined ? "" : `of ${of}`];
  const where = places
    .filter((place) => place !== "")
    .map((place) => `  ${colours.dim(place)}`)
    .join("");
  return `${colours.dim(time)}  ${event.type.padEnd(20)} ${told}${where}`;
}

/** The event as programs get it: its time as ISO 8601, like in every document. */
export function eventDocument(event: HistoryEvent): Readonly<Record<string, unknown>> {
  return { ...event, at: new Date(event.at).toISOString() };
}
