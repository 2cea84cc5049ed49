/**
 * What happened in a run as lines of text, the form in which engine and oracle are compared: what was asked of the
 * world and when, the timeline, the step records, and what is remembered at the end. Wordings of errors are left out
 * (they have tests of their own) except where later steps see them.
 */
import type { Command, Fact, Failure, InputPiece, StepRecord } from "@runfleet/model";

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
  const pieces = "secretInputs" in command && command.secretInputs;
  return `${now} ${type} ${stable(pieces ? { ...members, secretInputs: joinedPieces(pieces) } : members)}`;
}

/** How a text is cut is nobody's concern, only what comes of its pieces. */
function joinedPieces(inputs: Readonly<Record<string, readonly InputPiece[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, pieces]) => [
      name,
      pieces.map((piece) => (typeof piece === "string" ? piece : `<${piece.secret}>`)).join(""),
    ]),
  );
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
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
  const members = value as Readonly<Record<string, unknown>>;
  const told = Object.keys(members)
    .filter((name) => members[name] !== undefined)
    .sort()
    .map(
      (name) => `${JSON.stringify(name)}:${name === "error" ? codeOf(members[name]) : stable(members[name])}`,
    );
  return `{${told.join()}}`;
}

function codeOf(error: unknown): string {
  return stable({ code: (error as Failure).code });
}

/** Whether two accounts have the same lines. */
export function areSame(one: Account, other: Account): boolean {
  const texts = ({ status, endedAt, handedOn, ...lists }: Account) => [
    [status, String(endedAt), handedOn],
    ...Object.values<readonly string[]>(lists),
  ];
  const others = texts(other);
  return texts(one).every((list, which) => {
    const otherList = others[which] ?? [];
    return list.length === otherList.length && list.every((line, index) => line === otherList[index]);
  });
}
