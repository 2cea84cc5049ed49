/** `call`: an action of the worker, by name or by the path of an agent file. Also the branches of `parallel`. */
import type { CallNode, RunAction } from "@runfleet/model";
import { attemptStopMs } from "../grace.js";
import { defined } from "../record.js";
import { abort, ask, type Turn } from "../turn.js";
import { attemptContext } from "./attempt-context.js";
import type { AttemptSpot } from "./attempt-end.js";
import { attemptBehaviour } from "./attempts.js";

export const call = attemptBehaviour<CallNode>({
  kind: "call",
  stopMs: attemptStopMs,
  local: true,
  timeoutMs: (turn, node) => node.timeoutMs ?? turn.env.run.stepTimeoutMs,
  immediate: () => undefined,
  ask: (turn, spot) => ask(turn, runAction(turn, spot)),
  answer({ frame }, event) {
    if (event.type !== "attemptEnded" || event.attempt !== frame.attempt) return undefined;
    return { outcome: event.outcome };
  },
  abort: (turn, { at, frame }, reason) => abort(turn, { address: at, attempt: frame.attempt, reason }),
  waitsFor: () => ({ local: true }),
});

function runAction(turn: Turn, spot: AttemptSpot<CallNode>): RunAction {
  const {
    node,
    frame: { mayHaveRun, given },
  } = spot;
  const { model, pluginDirs } = turn.env.run;
  const { gateFeedback } = turn.state.core;
  return {
    type: "runAction",
    node,
    action: node.agent.value,
    with: node.with,
    pluginDirs: [...new Set([...pluginDirs, ...node.pluginDirs])],
    ...attemptContext(turn, spot),
    ...defined({ model, output: node.output, gateFeedback, mayHaveRun, given }),
  };
}
