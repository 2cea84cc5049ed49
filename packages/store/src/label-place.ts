/**
 * Where a root run lies in the list by labels, the same in both stores: `<label>\0<row>`, in the order of bytes. Reads nothing.
 */
import { RunfleetError } from "@runfleet/model";

const between = "\0";

export function labelPlace(label: string, row: string): string {
  return `${label}${between}${row}`;
}

/** Neither a row nor a label has a zero byte. */
export function placeRow(place: string): string {
  return place.slice(place.lastIndexOf(between) + 1);
}

/** `<label in base64url>.<row>`, so that it can be typed and sent as it is. */
export function placeCursor(place: string): string {
  const label = place.slice(0, place.lastIndexOf(between));
  return `${Buffer.from(label).toString("base64url")}.${placeRow(place)}`;
}

/** The place a cursor says. Throws `invalid_usage` for one of another list. */
export function cursorPlace(cursor: string, labelPrefix: string): string {
  const dot = cursor.indexOf(".");
  const label = Buffer.from(cursor.slice(0, Math.max(dot, 0)), "base64url").toString();
  if (dot > 0 && label.startsWith(labelPrefix)) return labelPlace(label, cursor.slice(dot + 1));
  throw new RunfleetError(
    "invalid_usage",
    `"${cursor}" is not a cursor of the runs whose label begins with "${labelPrefix}"`,
  );
}

/** Less than 0 when `a` comes before `b`, in the order Redis has. */
export function comparePlaces(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
