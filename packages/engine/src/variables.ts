/**
 * The values for `{{name}}`. Later layers overwrite earlier ones: inputs, what the run's context on the worker injects,
 * the run's id, earlier contexts and outputs, gate feedback, `dry_run`, and last the text members of structured outputs,
 * which hide neither injected names nor the run's id nor secret inputs: a step that gives back the secret it got gives back
 * a mask. Secret inputs are masked, but for commands that the worker performs
 * itself: those get the `revealed` ones, which never become part of the state.
 */
import type { Address, AttemptFrame, CallNode, ChildNode, ContextEntry, ScriptNode } from "@runfleet/model";
import { agentKey, nodePath, parentAddress } from "@runfleet/model";
import { nodeAt } from "./plan.js";
import { member, textRecord } from "./record.js";
import type { KnownVariables, Turn } from "./turn.js";

/** A step that is tried again and may have an `on_fail` agent. */
type RetriedNode = CallNode | ScriptNode | ChildNode;

/** Variables for the step at an address. The record is shared; nobody may change it. */
export function variablesFor(turn: Turn, at: Address): Readonly<Record<string, string>> {
  return variablesOver(turn, at, { kind: "masked", inputs: inputsNow(turn) });
}

/** The same with the values of secret inputs. */
export function revealedFor(turn: Turn, at: Address): Readonly<Record<string, string>> {
  if (turn.env.secrets === undefined) return variablesFor(turn, at);
  return variablesOver(turn, at, { kind: "revealed", inputs: revealedInputs(turn) });
}

function variablesOver(
  turn: Turn,
  at: Address,
  {
    kind,
    inputs,
  }: { readonly kind: keyof KnownVariables; readonly inputs: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  const failed = failedStep(turn, at);
  if (failed !== undefined) return layered(turn, { ...inputs, ...failed });
  turn.variables ??= {};
  turn.variables[kind] ??= layered(turn, inputs);
  return turn.variables[kind];
}

/** `inputsNow` with the values of secret inputs. */
export function revealedInputs(turn: Turn): Readonly<Record<string, string>> {
  const { secrets } = turn.env;
  return secrets === undefined ? inputsNow(turn) : { ...inputsNow(turn), ...secrets };
}

/** Names that mean a secret input here: what wins over inputs has the others. */
export function secretNames(turn: Turn): ReadonlySet<string> {
  const { secretInputs = [] } = turn.env.run;
  if (secretInputs.length === 0) return new Set();
  const above = layered(turn, {});
  return new Set(secretInputs.filter((name) => !Object.hasOwn(above, name)));
}

/** The run's inputs; in the always block with `workflow_status`. */
export function inputsNow(turn: Turn): Readonly<Record<string, string>> {
  const { inputs, phase, bodyStatus } = turn.state.core;
  return phase === "always" && bodyStatus !== undefined ? { ...inputs, workflow_status: bodyStatus } : inputs;
}

function layered(turn: Turn, inputs: Readonly<Record<string, string>>): Record<string, string> {
  const { contexts, core } = turn.state;
  const { injected = {} } = turn.env;
  const variables = Object.assign(textRecord(inputs), injected);
  variables["workflow_run_id"] = turn.env.run.id;
  variables["prior_context"] = contexts.at(-1)?.context ?? "";
  if (core.gateFeedback !== undefined) variables["gate_feedback"] = core.gateFeedback;
  if (core.priorOutput !== undefined) variables["prior_output"] = core.priorOutput;
  variables["dry_run"] = String(turn.env.run.dryRun);
  addPriorContexts(variables, contexts);
  const { secretInputs = [] } = turn.env.run;
  const exported = Object.entries(core.exports).filter(
    ([name]) => !Object.hasOwn(injected, name) && !secretInputs.includes(name),
  );
  return exported.length === 0 ? variables : overlaid(variables, Object.fromEntries(exported));
}

/**
 * All remembered contexts are large and seldom read, and every step gets variables: the text is written when somebody
 * reads it. It tells of the entries there were at this moment; an entry never changes.
 */
function addPriorContexts(variables: Record<string, string>, contexts: readonly ContextEntry[]): void {
  const entries = [...contexts];
  let text: string | undefined;
  Object.defineProperty(variables, "prior_contexts", {
    get() {
      text ??= JSON.stringify(entries.map(contextVariable));
      return text;
    },
    enumerable: true,
    configurable: true,
  });
}

function contextVariable({ step, iteration, context, markers, output }: ContextEntry) {
  return { step, iteration, context, markers, structured_output: output ?? null, output_file: null };
}

/** Variables with others above them; what nobody has read yet stays unread. */
export function overlaid(
  variables: Readonly<Record<string, string>>,
  above: Readonly<Record<string, string>>,
): Record<string, string> {
  const members = {
    ...Object.getOwnPropertyDescriptors(variables),
    ...Object.getOwnPropertyDescriptors(above),
  };
  return Object.create(null, members) as Record<string, string>;
}

/** Only for an `on_fail` agent: what failed, why, and how many retries it had. */
function failedStep(turn: Turn, at: Address): Record<string, string> | undefined {
  const stepAt = parentAddress(at);
  if (stepAt === undefined || !nodePath(at).endsWith(".f")) return undefined;
  const frame = member(turn.state.frames, stepAt) as AttemptFrame | undefined;
  const node = nodeAt(turn.plan, stepAt) as RetriedNode;
  return {
    failed_step: labelOf(node),
    failure_reason: frame?.lastError?.message ?? "",
    retry_count: String(node.retries),
  };
}

/** How a step is called towards people: the agent as it was written, else the name conditions use. */
export function labelOf(node: RetriedNode): string {
  return node.kind === "call" ? node.agent.value : nameOf(node);
}

/** The name conditions use for a step's result. */
export function nameOf(node: RetriedNode): string {
  if (node.kind === "call") return agentKey(node.agent);
  return node.kind === "child" ? node.workflow : node.name;
}
