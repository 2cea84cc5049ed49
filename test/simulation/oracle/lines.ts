/**
 * What happened in a run as lines of text, the form in which engine and oracle are compared: what was asked of the
 * world and when, the timeline, the step records, and what is remembered at the end. Wordings of errors are left out
 * (they have tests of their own) except where later steps see them.
 */
import type { Command, Fact, StepRecord } from "@runfleet/model";

/** A command as the oracle gives it: the node it belongs to is known. */
type DistributedOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;
export type Asked = DistributedOmit<Command, "node">;

/** Everything the two implementations must agree on. */
export interface Account {
  readonly status: string;
  readonly endedAt: number;
  readonly asked: readonly string[];
  readonly timeline: readonly string[];
  readonly records: readonly string[];
  readonly remembered: readonly string[];
  /** What the parent gets, whether there is one or not. */
  readonly handedOn: string;
}

export function askedLine(now: number, command: Asked | Command): string {
  const { type, ...rest } = command;
  const { node: _node, ...members } = rest as Record<string, unknown>;
  return `${now} ${type} ${stable(members)}`;
}

/** Nothing for facts that say nothing about the language. */
export function timelineLine(now: number, fact: Fact): string | undefined {
  if (leftOut.has(fact.type)) return undefined;
  const { type, ...members } = fact;
  return `${now} ${type} ${stable(members)}`;
}

const leftOut: ReadonlySet<Fact["type"]> = new Set([
  "event.ignored",
  "lease.acquired",
  "lease.lost",
  "metrics.updated",
  "run.resumed",
  "run.waiting",
]);

export function recordLine(step: StepRecord): string {
  const { address, attempt, status, ...members } = step;
  return `${address}#${attempt} ${status} ${stable({ ...members, resultText: undefined })}`;
}

/** JSON with sorted members; failures without their message. */
export function stable(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    if (key === "error") return { code: (member as { code: string }).code };
    const entries = Object.entries(member as Record<string, unknown>);
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
