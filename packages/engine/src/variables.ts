/**
 * The values for `{{name}}`. Later layers overwrite earlier ones: inputs, what the run's context on the worker injects,
 * the run's id, earlier contexts and outputs, gate feedback, `dry_run`, and last the text members of structured outputs,
 * which hide neither injected names nor the run's id.
 */
import type { Address, AttemptFrame, CallNode, ChildNode, ContextEntry, ScriptNode } from "@runfleet/model";
import { agentKey, nodePath, parentAddress } from "@runfleet/model";
import { nodeAt } from "./plan.js";
import { member, textRecord } from "./record.js";
import type { Turn } from "./turn.js";

/** A step that is tried again and may have an `on_fail` agent. */
type RetriedNode = CallNode | ScriptNode | ChildNode;

/** Variables for the step at an address. The record is shared; nobody may change it. */
export function variablesFor(turn: Turn, at: Address): Readonly<Record<string, string>> {
  const failed = failedStep(turn, at);
  if (failed !== undefined) return layered(turn, { ...inputsNow(turn), ...failed });
  turn.variables ??= layered(turn, inputsNow(turn));
  return turn.variables;
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
  const exported = Object.entries(core.exports).filter(([name]) => !Object.hasOwn(injected, name));
  return overlaid(variables, Object.fromEntries(exported));
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
