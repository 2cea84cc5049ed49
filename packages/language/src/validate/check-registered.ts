/**
 * Whether actions, gate types, item providers and workflows that are named exist, here and in every workflow called
 * from here. Findings in called workflows stand at the step that leads to them.
 */
import type { Definition, Node, OnFail, ParallelBranch } from "@runfleet/model";
import { builtinGateTypes } from "../definition/gate-types.js";
import { walkNodes } from "../definition/walk-nodes.js";
import { suggestionHint } from "../diagnostics/suggest.js";
import type { Find, PathFinding } from "./finding.js";
import type { Registered, ValidationContext } from "./validation-context.js";

interface Visit {
  readonly context: ValidationContext;
  /** Where the workflow at hand is executed. */
  readonly registered: Registered;
  readonly find: Find;
  /** Workflows already looked at: each once for all. */
  readonly visited: Set<string>;
  /** Workflows still to be looked at, with the step of the root that leads to them. */
  readonly waiting: { readonly name: string; readonly path: string; readonly definition: Definition }[];
}

export function checkRegistered(definition: Definition, context: ValidationContext, find: Find): void {
  const visit: Visit = {
    context,
    registered: context,
    find,
    visited: new Set([definition.name]),
    waiting: [],
  };
  for (const { node, path } of walkNodes(definition)) checkNode(node, path, visit);
  for (let next = visit.waiting.pop(); next !== undefined; next = visit.waiting.pop()) {
    const { name, path } = next;
    const findHere = (finding: PathFinding): void =>
      find({ ...finding, path, message: `in sub-workflow '${name}': ${finding.message}` });
    const registered = context.registeredFor?.(name) ?? context;
    for (const { node } of walkNodes(next.definition)) {
      checkNode(node, path, { ...visit, registered, find: findHere });
    }
  }
}

function checkNode(node: Node | ParallelBranch, path: string, visit: Visit): void {
  switch (node.kind) {
    case "call":
      checkAction(node.agent.value, `${path}:name`, visit);
      checkFallback(node.onFail, path, visit);
      return;
    case "script":
      checkFallback(node.onFail, path, visit);
      return;
    case "child":
      checkFallback(node.onFail, path, visit);
      checkWorkflow(node.workflow, `${path}:name`, visit);
      return;
    case "gate":
      checkGateType(node.gateType, path, visit);
      return;
    case "foreach":
      checkProvider(node.over, `${path}:over`, visit);
      checkWorkflow(node.workflow, `${path}:workflow`, visit);
      return;
    case "branch":
    case "loop":
    case "sequence":
    case "parallel":
    case "sleep":
      return;
  }
}

function checkAction(action: string, path: string, { registered, find }: Visit): void {
  const { actions, hasFallbackAction } = registered;
  if (actions === undefined || hasFallbackAction === true || actions.has(action)) return;
  find({
    code: "unknown_action",
    path,
    message: `no action is registered under \`${action}\``,
    hint: () =>
      suggestionHint(action, actions) ?? "register it with the worker, or register a fallback action",
  });
}

/** Not an error, as in the reference: the fallback may never be needed. */
function checkFallback(onFail: OnFail | undefined, path: string, { registered, find }: Visit): void {
  const { actions, hasFallbackAction } = registered;
  if (onFail?.kind !== "agent" || actions === undefined || hasFallbackAction === true) return;
  const { value } = onFail.agent;
  if (actions.has(value)) return;
  find({
    code: "unknown_fallback_action",
    path: `${path}:on_fail`,
    message: `no action is registered under \`${value}\`, so \`on_fail\` cannot run it`,
    hint: () => suggestionHint(value, actions),
  });
}

function checkGateType(type: string, path: string, { registered, find }: Visit): void {
  const { gateTypes } = registered;
  if (gateTypes === undefined || gateTypes.has(type) || builtinGateTypes.has(type)) return;
  find({
    code: "unknown_gate_type",
    path: `${path}:name`,
    message: `no resolver is registered for gates of type \`${type}\``,
    hint: () => suggestionHint(type, [...builtinGateTypes, ...gateTypes]),
  });
}

function checkProvider(provider: string, path: string, { registered, find }: Visit): void {
  const { itemProviders } = registered;
  if (itemProviders === undefined || itemProviders.has(provider)) return;
  find({
    code: "unknown_item_provider",
    path,
    message: `no item provider is registered under \`${provider}\``,
    hint: () => suggestionHint(provider, itemProviders),
  });
}

function checkWorkflow(name: string, path: string, { context, find, visited, waiting }: Visit): void {
  if (context.workflows === undefined || visited.has(name)) return;
  visited.add(name);
  const definition = context.workflows(name);
  if (definition !== undefined) waiting.push({ name, path, definition });
  else if (context.isUnreadable?.(name) !== true) {
    find({
      code: "unknown_workflow",
      path,
      message: `there is no workflow \`${name}\``,
      hint: "publish it together with this one, or before",
    });
  }
}
