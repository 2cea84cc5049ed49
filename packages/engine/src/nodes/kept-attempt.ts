/**
 * A retried step that a fork keeps: it ends as it ended in the run the fork was made from. Nobody is asked, and what
 * it used is not counted again.
 */
import type { AttemptFrame } from "@runfleet/model";
import { childResult } from "../ending.js";
import { decodeState } from "../parts.js";
import { defined } from "../record.js";
import { note, record, type Turn } from "../turn.js";
import {
  type AttemptSpot,
  entry,
  exhausted,
  leaveStopped,
  leaveSuccess,
  named,
  type RetriedNode,
} from "./attempt-end.js";
import type { AttemptKind } from "./attempt-kind.js";
import type { KeptSpot } from "./behaviour.js";

export function keepAttempt<N extends RetriedNode>(
  turn: Turn,
  kind: Pick<AttemptKind<N>, "kind" | "before" | "after">,
  { at, node, kept, ordinal }: KeptSpot<N>,
): void {
  const { attempt, status, from, markers, context, output, resultText, error, childRunId } = kept;
  const frame: AttemptFrame = {
    kind: kind.kind,
    phase: "running",
    attempt,
    firstAttempt: 1,
    ordinal,
    startedAt: turn.env.now,
    ...defined({ lastError: error, childId: childRunId }),
  };
  const spot: AttemptSpot<N> = { at, node, frame };
  note(turn, { type: "step.kept", status, from, ...named(spot) });
  record(turn, entry(spot, { status, markers, context, output, resultText, error, keptFrom: from }));
  if (status === "cancelled") leaveStopped(turn, spot);
  else if (status !== "completed") exhausted(turn, spot);
  else {
    const { childState } = kept;
    leaveSuccess(turn, kind, spot, {
      outcome: { type: "succeeded", markers, context: context ?? "", ...defined({ output }) },
      ...(childState === undefined ? {} : { child: childResult(decodeState(childState), "completed") }),
    });
  }
}
