/** `script`: a shell text run by the worker. A dry run only says that it would have run. */
import type { RunScript, ScriptNode } from "@runfleet/model";
import { attemptStopMs } from "../grace.js";
import { substitute, substituteAll } from "../template.js";
import { abort, ask, type Turn } from "../turn.js";
import { revealedInputs } from "../variables.js";
import { attemptContext } from "./attempt-context.js";
import type { AttemptSpot } from "./attempt-end.js";
import type { Answer } from "./attempt-kind.js";
import { attemptBehaviour } from "./attempts.js";

const notExecuted: Answer = {
  outcome: {
    type: "succeeded",
    markers: [],
    context: "",
    resultText: "dry run: the script was not executed",
  },
};

export const script = attemptBehaviour<ScriptNode>({
  kind: "script",
  stopMs: attemptStopMs,
  local: true,
  timeoutMs: (turn, node) => node.timeoutMs ?? turn.env.run.stepTimeoutMs,
  immediate: (turn) => (turn.env.run.dryRun ? notExecuted : undefined),
  ask: (turn, spot) => ask(turn, runScript(turn, spot)),
  answer({ frame }, event) {
    if (event.type !== "attemptEnded" || event.attempt !== frame.attempt) return undefined;
    return { outcome: event.outcome };
  },
  abort: (turn, { at, frame }, reason) => abort(turn, { address: at, attempt: frame.attempt, reason }),
  waitsFor: () => ({ local: true }),
});

function runScript(turn: Turn, spot: AttemptSpot<ScriptNode>): RunScript {
  const { node } = spot;
  const context = attemptContext(turn, spot);
  return {
    type: "runScript",
    ...context,
    node,
    command: substitute(node.run, context.variables, "shell"),
    env: substituteAll(node.env, context.variables, "strip"),
    inputs: revealedInputs(turn),
  };
}
