/**
 * A commit as the values of the scripts that apply one.
 */
import type { Commit, Fence, LogPiece, OpenGate, RunStatus } from "@runfleet/model";
import { entryTexts } from "../fact-text.js";
import { gateText } from "../gate-text.js";
import { pieceText } from "../log-text.js";
import { outboxPair } from "../outbox-entry.js";
import { hasEnded, madeProgress } from "../progress.js";
import { totalsText } from "../run-record.js";
import type { ScriptValue } from "../script.js";
import { stepText } from "../step-text.js";
import { usageNumbers } from "../usage-row.js";
import type { Partition } from "./partition.js";

export interface CommitValues {
  readonly now: string;
  readonly runId: string;
  readonly generation: number;
  readonly nonce: string;
  readonly commitId: string;
  readonly after: string;
  readonly inboxSeen: number;
  readonly totals: string;
  readonly progress: "1" | "";
  readonly status: RunStatus;
  readonly partsSet: readonly ScriptValue[];
  readonly partsRemoved: readonly ScriptValue[];
  readonly stepsEnded: readonly ScriptValue[];
  readonly attempts: readonly ScriptValue[];
  readonly stepsEnd: number;
  readonly facts: readonly ScriptValue[];
  readonly outboxAdded: readonly ScriptValue[];
  readonly outboxDone: readonly ScriptValue[];
  readonly gatesOpened: readonly ScriptValue[];
  readonly gatesClosed: readonly ScriptValue[];
  readonly usage: readonly ScriptValue[];
  readonly logPieces: readonly ScriptValue[];
}

/** Most lists of most commits. */
const nothing: readonly never[] = [];

/** Every member is named: to copy those of another object costs more than to make all of them, for every step of every run. */
export function toCommitValues({ now }: Pick<Partition, "now">, commit: Commit): CommitValues {
  const { partsSet, partsRemoved, stepsEnded, attempts, stepsEnd } = stateValues(commit);
  return {
    now: now(),
    runId: commit.fence.runId,
    generation: commit.fence.generation,
    nonce: commit.fence.nonce,
    commitId: commit.commitId,
    after: commit.after ?? "",
    inboxSeen: commit.inboxSeen,
    totals: totalsText(commit.totals),
    progress: madeProgress(commit) ? "1" : "",
    status: commit.status,
    partsSet,
    partsRemoved,
    stepsEnded,
    attempts,
    stepsEnd,
    facts: entryTexts(commit.facts),
    outboxAdded: commit.outbox.length === 0 ? nothing : commit.outbox.flatMap(outboxPair),
    outboxDone: commit.outboxDone,
    gatesOpened: commit.gatesOpened.length === 0 ? nothing : commit.gatesOpened.flatMap(openedGate),
    gatesClosed: commit.gatesClosed,
    usage: usageNumbers(commit.usage),
    logPieces: logPieceValues(commit.log, commit.fence),
  };
}

function openedGate(gate: OpenGate): ScriptValue[] {
  return [gate.address, gate.name, gate.since, gateText(gate)];
}

export function logPieceValues(
  pieces: readonly LogPiece[] | undefined,
  { generation }: Pick<Fence, "generation">,
): readonly ScriptValue[] {
  if (pieces === undefined) return nothing;
  return pieces.flatMap((piece) => {
    const { address, head, lines } = pieceText(piece, generation);
    return [address, head, lines];
  });
}

/** An attempt of a step lies among the parts while it is open, since a run that waits has little else, and with the steps after. */
function stateValues({
  parts,
  steps,
}: Commit): Pick<CommitValues, "partsSet" | "partsRemoved" | "stepsEnded" | "attempts" | "stepsEnd"> {
  const partsSet: string[] = [];
  const partsRemoved = [...parts.remove];
  const stepsEnded: string[] = [];
  const attempts: number[] = [];
  let stepsEnd = 0;
  for (const name in parts.set) partsSet.push(name, parts.set[name] as string);
  for (const step of steps) {
    const { ordinal, attempt } = step;
    const name = `${ordinal}#${attempt}`;
    if (hasEnded(step)) {
      stepsEnded.push(name, stepText(step));
      partsRemoved.push(`s:${name}`);
    } else partsSet.push(`s:${name}`, stepText(step));
    if (attempt > 1) attempts.push(ordinal, attempt);
    stepsEnd = Math.max(stepsEnd, ordinal + 1);
  }
  return { partsSet, partsRemoved, stepsEnded, attempts, stepsEnd };
}
