/**
 * When a gate's resolver is asked again: at its interval, and ever more seldom while it fails. Asking is the gate's part.
 */
import type { GateFrame, GateNode } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { backoffMs } from "../backoff.js";
import { truncateText } from "../text-size.js";
import { note, setFrame, type Turn } from "../turn.js";
import type { FrameEvent, Spot } from "./behaviour.js";

type Polled = Extract<FrameEvent, { type: "gatePolled" }>;

/** How soon a resolver that names no time of its own is asked again. */
const pollMs = 5_000;
/** A resolver that fails for long is asked this often, unless its own interval is longer: somebody mends it meanwhile. */
const failingPollMsMax = 300_000;

/** After an answer that decides nothing, or none. */
export function awaitNextPoll(
  turn: Turn,
  { at, node, frame }: Spot<GateNode, GateFrame>,
  { pollAfterMs = pollMs, problem }: Pick<Polled, "pollAfterMs" | "problem">,
): void {
  const intervalMs = Math.max(0, pollAfterMs);
  delete frame.polling;
  if (problem === undefined) {
    delete frame.pollFailures;
    frame.pollAt = turn.env.now + intervalMs;
  } else {
    const times = (frame.pollFailures?.times ?? 0) + 1;
    const kept = truncateText(problem, limits.pollProblemBytesMax);
    if (times === 1) note(turn, { type: "gate.poll_failed", address: at, name: node.name, problem: kept });
    frame.pollFailures = { times, problem: kept };
    const pauseMs = backoffMs({
      ...{ retryDelayMs: intervalMs, backoff: "exponential", failures: times },
      ...{ runId: turn.env.run.id, address: at },
    });
    frame.pollAt = turn.env.now + Math.min(pauseMs, Math.max(intervalMs, failingPollMsMax));
  }
  setFrame(turn, at, frame);
}

/** What people are told while the resolver fails; nothing when it answers. */
export function pollProblem({ pollFailures, pollAt }: GateFrame): string | undefined {
  if (pollFailures === undefined) return undefined;
  const { times, problem } = pollFailures;
  const often = times === 1 ? "failed" : `failed ${times} times in a row`;
  const again = pollAt === undefined ? "" : `, is asked again at ${new Date(pollAt).toISOString()}`;
  return `${often}${again}: ${problem}`;
}
