/**
 * Parts of script replies as values of the ports. Replies come from our own scripts, so their shape is trusted.
 */
import type { CancelRequest, InboxEntry, InboxEvent } from "@runfleet/model";
import { toCancelRequest } from "../run-record.js";

/** From the number of the last consumed event and the events after it. */
export function toInbox(unread: unknown): InboxEntry[] {
  const [seen, events] = unread as [string, string[]];
  const first = Number(seen) + 1;
  return events.map((event, index) => ({ seq: first + index, event: JSON.parse(event) as InboxEvent }));
}

/** `{ cancel }`, or nothing when nobody asked for one. */
export function toCancel(values: unknown): { readonly cancel?: CancelRequest } {
  const cancel = toCancelRequest(values as readonly unknown[]);
  return cancel === undefined ? {} : { cancel };
}
