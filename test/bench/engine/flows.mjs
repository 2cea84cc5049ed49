// Flows for the bench of the engine, and the world around them in its smallest form: every call succeeds at once. State
// is kept as parts between two measurements, so that each begins with a state read back like after a takeover.
import { compile, decide, decodeState, encodeState, newState } from "@runfleet/engine";

/**
 * @typedef {import("@runfleet/model").Node} Node
 * @typedef {import("@runfleet/model").EngineEvent} EngineEvent
 * @typedef {import("@runfleet/model").RunState} RunState
 * @typedef {import("@runfleet/engine").Plan} Plan
 * @typedef {Readonly<Record<string, string>>} Parts
 */

const now = 1_000_000;

/** @type {import("@runfleet/model").RunInfo} */
const run = {
  ...{ id: "run", workflow: "flow", definitionHash: "hash", rootId: "run", depth: 0, inputs: { who: "you" } },
  ...{ dryRun: false, failFast: true, stepTimeoutMs: 60_000, pluginDirs: [], triggeredByHook: false },
  ...{ pool: "default", createdAt: now },
};
const env = { now, run, childId: () => "child" };

/** @type {import("@runfleet/model").Outcome} */
const outcome = {
  type: "succeeded",
  markers: ["again"],
  context: "looked at three files, two of them changed",
  output: '{"summary":"two changed","count":2}',
  usage: { costUsd: 0.01, turns: 1 },
};

/** @param {string} name @returns {Node} */
function call(name) {
  return { kind: "call", agent: { kind: "name", value: name }, retries: 0, with: [], pluginDirs: [] };
}

/** @param {Node[]} body @returns {import("@runfleet/model").Definition} */
function flow(body) {
  return { name: "flow", description: "", trigger: "manual", targets: [], inputs: [], body, always: [] };
}

/** So many calls, one after the other, of a hundred names. @param {number} count */
export function straight(count) {
  return flow(Array.from({ length: count }, (_, index) => call(`step${index % 100}`)));
}

/** One call again and again. @param {number} iterations */
export function looping(iterations) {
  return flow([
    {
      kind: "loop",
      test: "after",
      condition: { kind: "marker", step: "step", marker: "again" },
      maxIterations: iterations,
      onMaxIter: "continue",
      stuckAfter: iterations,
      body: [call("step")],
    },
  ]);
}

/** So many nodes, as people nest them: blocks of branches of loops of calls. @param {number} count */
export function nested(count) {
  const block = 50;
  return flow(
    Array.from({ length: Math.ceil(count / block) }, (_, index) => ({
      kind: "branch",
      negate: true,
      condition: { kind: "input", input: "quick" },
      body: Array.from({ length: block - 1 }, (_unused, inner) => call(`step${index}_${inner}`)),
    })),
  );
}

/** @param {Plan} plan @returns {RunState} after its first decision */
export function begin(plan) {
  return decide(plan, newState(run, now), [{ type: "started", at: now }], env).state;
}

/**
 * Lets the next steps end, one decision each, and hands the state on.
 * @param {Plan} plan
 * @param {RunState} state
 * @param {number} count
 */
export function endSteps(plan, state, count) {
  let address = openCall(plan, state);
  let at = state;
  for (let ended = 0; ended < count; ended += 1) {
    const decision = decide(plan, at, [{ type: "attemptEnded", address, attempt: 1, outcome }], env);
    const [command] = decision.commands;
    if (command?.type !== "runAction") throw new TypeError("the flow is too short for the measurement");
    address = command.address;
    at = decision.state;
  }
  return at;
}

/** The call that is open. @param {Plan} plan @param {RunState} state */
function openCall(plan, state) {
  const [command] = takeOver(plan, state).commands;
  if (command?.type !== "runAction") throw new TypeError("no call is open");
  return command.address;
}

/** A new activation of a state that was in flight. @param {Plan} plan @param {RunState} state */
export function takeOver(plan, state) {
  return decide(plan, state, [{ type: "activated", worker: "w", generation: 2 }], env);
}

/** The parts of a flow after so many steps. @param {Plan} plan @param {number} steps @returns {Parts} */
export function partsAfter(plan, steps) {
  return encodeState(endSteps(plan, begin(plan), steps));
}

/** @param {Parts} parts */
export function bytesOf(parts) {
  return Object.entries(parts).reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(text), 0);
}

export { compile, decodeState };
