/** What every attempt of a call or a script is told, built from the frame alone so that it can be told again. */
import type { AttemptContext, CallNode, ScriptNode } from "@runfleet/model";
import { defined } from "../record.js";
import type { Turn } from "../turn.js";
import { revealedFor } from "../variables.js";
import type { AttemptSpot } from "./attempt-end.js";

export function attemptContext(turn: Turn, spot: AttemptSpot<CallNode | ScriptNode>): AttemptContext {
  const { at, node, frame } = spot;
  const { run, now } = turn.env;
  return {
    address: at,
    attempt: frame.attempt,
    retriesRemaining: frame.firstAttempt + node.retries - frame.attempt,
    variables: revealedFor(turn, at),
    timeoutMs: Math.max(0, (frame.deadline ?? now) - now),
    dryRun: run.dryRun,
    ...defined({ retryError: frame.lastError?.message, identity: node.as ?? run.identity }),
  };
}
