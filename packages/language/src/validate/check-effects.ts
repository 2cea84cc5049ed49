/** Warnings about options that are allowed and almost certainly not meant: they change nothing, or always fail. */
import type {
  CallNode,
  ChildNode,
  Definition,
  GateNode,
  LoopNode,
  ParallelNode,
  ScriptNode,
} from "@runfleet/model";
import { builtinGateTypes } from "../definition/gate-types.js";
import { walkNodes } from "../definition/walk-nodes.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Find } from "./finding.js";

export function checkEffects(definition: Definition, find: Find): void {
  for (const { node, path } of walkNodes(definition)) {
    if (node.kind === "call" || node.kind === "script" || node.kind === "child")
      checkRetries(node, path, find);
    if (node.kind === "loop") checkLoop(node, path, find);
    if (node.kind === "parallel") checkParallel(node, path, find);
    if (node.kind === "gate") checkGateType(node, path, find);
  }
}

function checkRetries(node: CallNode | ScriptNode | ChildNode, path: string, find: Find): void {
  if (node.retries === 0 && node.retryDelayMs !== undefined) {
    find({
      code: "option_without_effect",
      path: `${path}:retry_delay`,
      message: "`retry_delay` changes nothing without `retries`",
      hint: "add `retries = 3`",
    });
  }
  if (node.backoff !== undefined && node.retryDelayMs === undefined) {
    find({
      code: "option_without_effect",
      path: `${path}:backoff`,
      message: "`backoff` changes nothing without `retry_delay`",
      hint: 'add `retry_delay = "10s"`',
    });
  }
}

/** A type of one's own is allowed and needs a resolver; one that is nearly a built-in type is a typing mistake. */
function checkGateType({ gateType }: GateNode, path: string, find: Find): void {
  if (builtinGateTypes.has(gateType)) return;
  const near = suggest(
    gateType,
    [...builtinGateTypes].filter((type) => type.includes("_")),
  );
  if (near === undefined) return;
  find({
    code: "unusual_value",
    path: `${path}:name`,
    message: `gates of type \`${gateType}\` need a resolver of that name`,
    hint: `did you mean \`${near}\`?`,
  });
}

function checkLoop({ maxIterations, stuckAfter }: LoopNode, path: string, find: Find): void {
  if (maxIterations === 0) {
    find({
      code: "unusual_value",
      path: `${path}:max_iterations`,
      message: "with `max_iterations = 0` the loop never runs",
    });
  }
  if (stuckAfter !== undefined && stuckAfter < 2) {
    find({
      code: "unusual_value",
      path: `${path}:stuck_after`,
      message: `with \`stuck_after = ${stuckAfter}\` the loop fails after its first round`,
      hint: "2 and more compare rounds with each other",
    });
  }
}

function checkParallel({ minSuccess, branches }: ParallelNode, path: string, find: Find): void {
  if (minSuccess === undefined || minSuccess <= branches.length) return;
  find({
    code: "unusual_value",
    path: `${path}:min_success`,
    message: `\`min_success = ${minSuccess}\` can never be reached with ${branches.length} branches`,
  });
}
