/** What a retried step waits for: its attempt, a person's word on it, its next attempt, or its `on_fail` agent. */
import { nameOf } from "../variables.js";
import type { AttemptSpot, RetriedNode } from "./attempt-end.js";
import type { AttemptKind } from "./attempt-kind.js";
import type { Wait } from "./behaviour.js";
import { doubtWait } from "./doubt.js";

export function attemptWait<N extends RetriedNode>(kind: AttemptKind<N>, spot: AttemptSpot<N>): Wait {
  const { at, node, frame } = spot;
  if (frame.phase === "fallback") return {};
  if (frame.phase === "doubt") return { blockedOn: doubtWait(spot) };
  if (frame.phase !== "backoff") return kind.waitsFor(spot);
  const until = frame.deadline ?? 0;
  const attempt = frame.attempt + 1;
  return { blockedOn: { type: "retry", address: at, name: nameOf(node), attempt, until } };
}
