/**
 * Facts as they lie in Redis, and back. What one script adds to a history is one entry: a JSON array per fact and line,
 * the short name of its type first, then the members in the order of `factMembers`; `null` stands for one that is absent.
 * A third as long as JSON with names. The scripts write only `lease.acquired` and `lease.lost` themselves.
 */
import {
  type Fact,
  fromRow,
  type HistoryEvent,
  type MemberTable,
  RunfleetError,
  toRow,
} from "@runfleet/model";

type FactType = Fact["type"];
type FactMembers = { readonly [T in FactType]: MemberTable<Extract<Fact, { readonly type: T }>, "type"> };

const step = { address: 1, name: 1, attempt: 1 } as const;
const gate = { address: 1, name: 1 } as const;

/** The members of each fact; their order is part of the form. */
const factMembers: FactMembers = {
  "run.started": { workflow: 1 },
  "run.resumed": { generation: 1 },
  "run.waiting": { on: 1, until: 1 },
  "run.cancelling": { reason: 1, by: 1 },
  "run.retried": { by: 1 },
  "run.timed_out": {},
  "run.completed": {},
  "run.failed": { error: 1 },
  "run.cancelled": { reason: 1 },
  "step.started": { ...step, kind: 1 },
  "step.completed": { ...step, markers: 1 },
  "step.failed": { ...step, error: 1 },
  "step.retrying": { ...step, delayMs: 1, error: 1 },
  "step.in_doubt": { ...step, reason: 1 },
  "step.skipped": { ...step, reason: 1 },
  "step.timed_out": step,
  "step.cancelled": { ...step, reason: 1 },
  "step.kept": { ...step, status: 1, from: 1 },
  "branch.taken": { address: 1, taken: 1, condition: 1 },
  "loop.iterated": { address: 1, iteration: 1 },
  "loop.ended": { address: 1, iterations: 1, reason: 1 },
  "parallel.ended": { address: 1, succeeded: 1, failed: 1, skipped: 1 },
  "gate.waiting": { ...gate, deadline: 1 },
  "gate.resolved": { ...gate, verdict: 1, by: 1, feedback: 1, selections: 1 },
  "gate.poll_failed": { ...gate, problem: 1 },
  "gate.timed_out": gate,
  "fanout.collected": { address: 1, count: 1 },
  "fanout.item_started": { address: 1, itemId: 1, childRunId: 1 },
  "fanout.item_ended": { address: 1, itemId: 1, status: 1 },
  "child.started": { address: 1, childRunId: 1, workflow: 1 },
  "child.ended": { address: 1, childRunId: 1, status: 1 },
  "signal.received": { name: 1 },
  "event.ignored": { event: 1, reason: 1 },
  "metrics.updated": { totals: 1 },
  "lease.acquired": { worker: 1, generation: 1, tookOver: 1 },
  "lease.lost": { worker: 1, generation: 1 },
};

/** What stands for the type of a fact: the names were a quarter of every history. Part of the form. */
export const shortNames = {
  "run.started": "rs",
  "run.resumed": "rr",
  "run.waiting": "rw",
  "run.cancelling": "rg",
  "run.retried": "ra",
  "run.timed_out": "rt",
  "run.completed": "rc",
  "run.failed": "rf",
  "run.cancelled": "rx",
  "step.started": "ss",
  "step.completed": "sc",
  "step.failed": "sf",
  "step.retrying": "sa",
  "step.in_doubt": "sd",
  "step.skipped": "sp",
  "step.timed_out": "st",
  "step.cancelled": "sx",
  "step.kept": "sk",
  "branch.taken": "bt",
  "loop.iterated": "li",
  "loop.ended": "le",
  "parallel.ended": "pe",
  "gate.waiting": "gw",
  "gate.resolved": "gr",
  "gate.poll_failed": "gf",
  "gate.timed_out": "gt",
  "fanout.collected": "fc",
  "fanout.item_started": "fs",
  "fanout.item_ended": "fe",
  "child.started": "cs",
  "child.ended": "ce",
  "signal.received": "sr",
  "event.ignored": "ei",
  "metrics.updated": "mu",
  "lease.acquired": "la",
  "lease.lost": "ll",
} as const satisfies Readonly<Record<FactType, string>>;

const typesByName = new Map(
  (Object.entries(shortNames) as [FactType, string][]).map(([type, name]) => [name, type]),
);

/** Facts of one entry: a page of a history or of the feed may hold so many more than it was asked for. */
const factsPerEntry = 100;

export function factText(fact: Fact): string {
  return JSON.stringify([shortNames[fact.type], ...toRow(factMembers[fact.type], fact)]);
}

/** The texts of entries, in order. */
export function entryTexts(facts: readonly Fact[]): string[] {
  const texts: string[] = [];
  for (let start = 0; start < facts.length; start += factsPerEntry)
    texts.push(
      facts
        .slice(start, start + factsPerEntry)
        .map(factText)
        .join("\n"),
    );
  return texts;
}

function toFact(text: string): Fact {
  const [name, ...row] = JSON.parse(text) as [string, ...unknown[]];
  const type = typesByName.get(name);
  if (type === undefined) throw new RunfleetError("internal", `no fact is called ${name}`);
  // Almost every lease is taken from nobody; the script does not say so.
  const usual = type === "lease.acquired" ? { tookOver: false } : {};
  return { type, ...usual, ...fromRow(factMembers[type], row) } as Fact;
}

/** Ids of facts within one entry; the scripts know the number too (`file_ended.lua`). */
const idsPerEntry = 1_000;

/**
 * The facts of an entry `<ms>-<n>` have the ids `<ms>-<n * 1000>` and following, so that they look like ids of a stream and
 * sort like them. Without a time of its own, the entry's is that of its id.
 */
export function toHistoryEvents(
  id: string,
  entry: { readonly facts: string; readonly at?: string },
): HistoryEvent[] {
  const [ms, count] = id.split("-") as [string, string];
  const at = Number(entry.at ?? ms);
  return entry.facts
    .split("\n")
    .map((text, index) => ({ ...toFact(text), id: `${ms}-${Number(count) * idsPerEntry + index}`, at }));
}

/** The entry in which the fact of this id lies. */
export function entryIdOf(eventId: string): string {
  const [ms, count = "0"] = eventId.split("-") as [string, string?];
  return `${ms}-${Math.floor(Number(count) / idsPerEntry)}`;
}

/** True when the event comes after the one with the id `after`. */
export function isAfter(eventId: string, after: string): boolean {
  const [ms, count] = eventId.split("-").map(Number) as [number, number];
  const [afterMs, afterCount = 0] = after.split("-").map(Number) as [number, number?];
  return ms > afterMs || (ms === afterMs && count > afterCount);
}
