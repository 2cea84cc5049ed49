/** The shape of single nodes: a table from kind of node to its checks. */
import {
  type AgentRef,
  type Condition,
  durationMsMax,
  type GateNode,
  httpGateOptions,
  httpGateProblems,
  limits,
  type Node,
  type NodeKind,
  type OnFail,
  type ParallelBranch,
  parseDuration,
} from "@runfleet/model";
import { leavesFolder } from "../definition/agent-ref.js";
import { closedGateTypes, gateOptionNames } from "../definition/gate-types.js";
import { isActionName, isIdentifier, isUnsafeKey } from "../definition/names.js";
import type { PlacedNode } from "../definition/walk-nodes.js";
import { suggestionHint } from "../diagnostics/suggest.js";
import { checkName, checkNameLength } from "./check-name.js";
import type { Find } from "./finding.js";

type NodeOf<K extends NodeKind> = Extract<Node, { kind: K }>;
type Check<K extends NodeKind> = (node: NodeOf<K>, path: string, find: Find) => void;

const checks: { readonly [K in NodeKind]: Check<K> } = {
  call: (node, path, find) => {
    checkAgent(node.agent, path, find);
    checkOnFail(node.onFail, path, find);
    const condition = (node as ParallelBranch).if;
    if (condition !== undefined) checkCondition(condition, `${path}:if`, find);
  },
  script: (node, path, find) => {
    checkName(node.name, { what: "the name of a script", path: `${path}:name` }, find);
    checkOnFail(node.onFail, path, find);
    if (node.run === "") find({ code: "invalid_value", path: `${path}:run`, message: "`run` is empty" });
  },
  child: (node, path, find) => {
    checkName(node.workflow, { what: "the name of a workflow", path: `${path}:name` }, find);
    checkOnFail(node.onFail, path, find);
  },
  branch: (node, path, find) => checkCondition(node.condition, `${path}:condition`, find),
  loop: (node, path, find) => checkCondition(node.condition, `${path}:condition`, find),
  sequence: () => undefined,
  parallel: (node, path, find) => {
    if (node.name !== undefined) {
      checkName(node.name, { what: "the name of a parallel block", path: `${path}:name` }, find);
    }
    if (node.branches.length <= limits.branchesMax) return;
    find({
      code: "limit_exceeded",
      path,
      message: `a parallel block has at most ${limits.branchesMax} branches, this one has ${node.branches.length}`,
      hint: "use `foreach` for work over many items",
    });
  },
  gate: checkGate,
  sleep: (node, path, find) => {
    checkName(node.name, { what: "the name of a sleep", path: `${path}:name` }, find);
    if (node.for.includes("{{") || parseDuration(node.for) !== undefined) return;
    find({
      code: "invalid_value",
      path: `${path}:for`,
      message: `\`${node.for.slice(0, 60)}\` is not a duration`,
    });
  },
  foreach: (node, path, find) => {
    checkName(node.name, { what: "the name of a foreach", path: `${path}:name` }, find);
    checkNameLength(node.workflow, `${path}:workflow`, find);
  },
};

export function checkNodeShape({ node, path }: PlacedNode, find: Find): void {
  checkNumbers(node, path, find);
  const check = checks[node.kind] as Check<NodeKind>;
  check(node, path, find);
}

function checkGate(node: GateNode, path: string, find: Find): void {
  checkName(node.name, { what: "the name of a gate", path: `${path}:name` }, find);
  checkNameLength(node.gateType, `${path}:type`, find);
  if ((node.gateType === "quality_gate") !== (node.quality !== undefined)) {
    find({
      code: "invalid_shape",
      path,
      message: "`source` and `threshold` belong to gates of type `quality_gate`",
    });
  }
  if (node.mode === "review_decision" && node.minApprovals !== 1) {
    find({
      code: "conflicting_options",
      path,
      message: "`min_approvals` has no meaning with `mode = review_decision`",
    });
  }
  if (node.gateType === "http") checkHttpGate(node, path, find);
  for (const key of Object.keys(node.params)) {
    const isOption = gateOptionNames.has(key) || closedGateTypes.has(node.gateType);
    if (!isOption && isIdentifier(key)) continue;
    find({
      code: "invalid_name",
      path,
      message: `\`${key}\` cannot be a parameter of a \`${node.gateType}\` gate`,
    });
  }
}

function checkHttpGate(node: GateNode, path: string, find: Find): void {
  for (const { option, problem, isUnknown } of httpGateProblems(node.params)) {
    find({
      code:
        isUnknown === true ? "unknown_option" : option in node.params ? "invalid_value" : "missing_option",
      path: option in node.params ? `${path}:${option}` : path,
      message: `\`${option}\` ${problem}`,
      ...(isUnknown === true ? { hint: () => suggestionHint(option, httpGateOptions) } : {}),
    });
  }
}

function checkAgent(agent: AgentRef, path: string, find: Find): void {
  const at = `${path}:name`;
  checkNameLength(agent.value, at, find);
  if (agent.kind === "path") checkAgentPath(agent.value, at, find);
  else if (!isActionName(agent.value)) {
    find({
      code: "invalid_name",
      path: at,
      message: `\`${agent.value.slice(0, 60)}\` cannot be the name of an agent`,
      hint: "names have letters, digits, `_` and `-`, and are no keywords",
    });
  }
}

function checkOnFail(onFail: OnFail | undefined, path: string, find: Find): void {
  if (onFail?.kind !== "agent") return;
  const { kind, value } = onFail.agent;
  const at = `${path}:on_fail`;
  checkNameLength(value, at, find);
  if (kind === "path") checkAgentPath(value, at, find);
  if ((kind === "path") === value.includes("/") && value !== "continue" && value !== "") return;
  find({
    code: "invalid_name",
    path: at,
    message: `\`${value.slice(0, 60)}\` cannot be the agent of \`on_fail\``,
  });
}

function checkAgentPath(value: string, path: string, find: Find): void {
  if (!leavesFolder(value)) return;
  const message = `parent-directory traversal: \`${value.slice(0, 60)}\` has a \`..\` in it`;
  find({ code: "invalid_path", path, message, hint: "write the path from the root of the project" });
}

function checkCondition(condition: Condition, path: string, find: Find): void {
  const subject = condition.kind === "marker" ? condition.step : condition.input;
  checkNameLength(subject, path, find);
  if (subject !== "" && !subject.includes(".") && !isUnsafeKey(subject)) return;
  find({
    code: "invalid_condition",
    path,
    message: `\`${subject.slice(0, 60)}\` cannot be the subject of a condition`,
    hint: "the name of a step or input in a condition has no dot",
  });
}

/** What text can express: counts of 32 bits, durations of a hundred years. */
function checkNumbers(node: PlacedNode["node"], path: string, find: Find): void {
  for (const [member, value] of Object.entries(node)) {
    if (typeof value !== "number") continue;
    const most = member.endsWith("Ms") ? durationMsMax : 0xffff_ffff;
    if (value <= most) continue;
    find({ code: "invalid_value", path, message: `\`${member}\` is ${value}; at most ${most} is allowed` });
  }
}
