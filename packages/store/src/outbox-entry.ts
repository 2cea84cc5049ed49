/**
 * Outbox entries the store itself makes, and entries as text.
 */
import type { OutboxEntry } from "@runfleet/model";

/** Id of the entry with which an ended run wakes its parent. */
export function parentWakeId(childId: string): string {
  return `wake-parent:${childId}`;
}

/** The parent's wake-up as JSON, open before the value of its last member: the parent's pool, known to its record. */
export function parentWakeHead(childId: string, parentId: string): string {
  const head = { id: parentWakeId(childId), runId: childId, type: "wake", targetId: parentId };
  return `${JSON.stringify(head).slice(0, -1)},"pool":`;
}

/** Cancels what a run had started, when the run itself cannot. */
export function orphansEntry(runId: string, reason: string): OutboxEntry {
  return { id: `cancel-children:${runId}`, runId, type: "cancelChildren", reason };
}

/** Id and JSON. */
export function outboxPair(entry: OutboxEntry): [string, string] {
  return [entry.id, JSON.stringify(entry)];
}
