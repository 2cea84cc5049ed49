/** What is written into the boxes and above the groups of a graph. Short: a picture is an overview, not the text. */
import type {
  AgentRef,
  CallNode,
  ChildNode,
  Condition,
  ForeachNode,
  GateNode,
  LoopNode,
  ParallelNode,
  ScriptNode,
  SequenceNode,
} from "@runfleet/model";
import { formatDuration } from "@runfleet/model";

/** Longer lines make boxes wider than a screen. */
const lineWidthMax = 56;

/** One line without control characters and what XML cannot hold, cut to a readable width. */
export function labelLine(text: string): string {
  const flat = text.replace(/[\s\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]+/gu, " ").trim();
  const characters = [...flat];
  return characters.length > lineWidthMax ? `${characters.slice(0, lineWidthMax - 1).join("")}…` : flat;
}

export function conditionLines(condition: Condition): string[] {
  return condition.kind === "input"
    ? [labelLine(`${condition.input}?`)]
    : [labelLine(condition.step), labelLine(`${condition.marker}?`)];
}

export function callLines(node: CallNode): string[] {
  return lines(agentText(node.agent), retryFacts(node));
}

export function scriptLines(node: ScriptNode): string[] {
  return lines(node.name, [`$ ${node.run}`, ...retryFacts(node)]);
}

export function childLines(node: ChildNode): string[] {
  return lines(node.workflow, ["workflow", ...retryFacts(node)]);
}

export function gateLines(node: GateNode): string[] {
  const { name, gateType, quality, prompt, timeoutMs, onTimeout } = node;
  const kind = gateType === name ? "gate" : `gate: ${gateType}`;
  if (quality !== undefined) {
    const { source, threshold, onFail } = quality;
    const otherwise = onFail === "continue" ? ["else goes on"] : [];
    return lines(name, [kind, `${source} ≥ ${threshold} %`, ...otherwise]);
  }
  const patience = `waits ${formatDuration(timeoutMs)}${onTimeout === "continue" ? ", then goes on" : ""}`;
  return lines(name, [kind, ...(prompt === undefined ? [] : [prompt]), patience]);
}

export function loopLines({ test, maxIterations, stuckAfter, onMaxIter }: LoopNode): string[] {
  return facts(test === "before" ? "while" : "do … while", [
    `at most ${maxIterations} rounds`,
    stuckAfter === undefined ? undefined : `stuck after ${stuckAfter}`,
    onMaxIter === "continue" ? "then goes on" : undefined,
  ]);
}

export function parallelLines({ name, branches, minSuccess, failFast, output }: ParallelNode): string[] {
  return facts(name === undefined ? "parallel" : `parallel ${name}`, [
    `${minSuccess ?? "all"} of ${branches.length} must succeed`,
    failFast ? undefined : "none is stopped",
    output === undefined ? undefined : `output ${output}`,
  ]);
}

export function foreachLines({ name, over, maxParallel, ordered, onChildFail }: ForeachNode): string[] {
  return facts(`foreach ${name}`, [
    `each item of ${over}`,
    `${maxParallel} at once`,
    ordered ? "in order" : undefined,
    onChildFail === "continue" ? undefined : `on failure: ${onChildFail}`,
  ]);
}

export function sequenceLines({ mode, output, with: snippets }: SequenceNode): string[] {
  if (mode === "always") return facts("always", ["every step, whatever the one before did"]);
  return facts("do", [
    output === undefined ? undefined : `output ${output}`,
    snippets.length === 0 ? undefined : `with ${snippets.join(", ")}`,
  ]);
}

function retryFacts({ retries, onFail, timeoutMs }: CallNode | ScriptNode | ChildNode): string[] {
  const effort = [
    retries === 0 ? undefined : `${retries} ${retries === 1 ? "retry" : "retries"}`,
    timeoutMs === undefined ? undefined : `within ${formatDuration(timeoutMs)}`,
  ].filter((fact) => fact !== undefined);
  const fallback = onFail?.kind === "agent" ? agentText(onFail.agent) : "goes on";
  return [
    ...(effort.length === 0 ? [] : [effort.join(", ")]),
    ...(onFail === undefined ? [] : [`on failure: ${fallback}`]),
  ];
}

function agentText({ value }: AgentRef): string {
  return value;
}

function facts(head: string, more: readonly (string | undefined)[]): string[] {
  return lines(head, [more.filter((fact) => fact !== undefined).join(", ")]);
}

function lines(head: string, more: readonly string[]): string[] {
  return [head, ...more].map(labelLine).filter((line, index) => index === 0 || line !== "");
}
