/** Steps as workflow text: a table from kind of node to its printer. Defaults are left out. */
import type {
  CallNode,
  ChildNode,
  GateNode,
  Node,
  NodeKind,
  ParallelBranch,
  ScriptNode,
} from "@runfleet/model";
import { defaultGateTimeoutMs } from "../definition/gate-types.js";
import { block, type OptionLine, optionalBlock, options, paragraphs } from "./layout.js";
import { condition, duration, list, map, onFail, quoted, word } from "./print-value.js";

type Printer<K extends NodeKind> = (node: Extract<Node, { kind: K }>) => string;

const printers: { readonly [K in NodeKind]: Printer<K> } = {
  call: (node) => printCall(node),
  script: (node) => {
    const env = Object.keys(node.env).length === 0 ? undefined : map(node.env);
    return block(
      `script ${word(node.name)}`,
      options([["run", quoted(node.run)], ["env", env], ...retryLines(node)]),
    );
  },
  child: printChild,
  branch: (node) =>
    block(`${node.negate ? "unless" : "if"} ${condition(node.condition)}`, printNodes(node.body)),
  loop: (node) => {
    const lines = options([
      ["max_iterations", String(node.maxIterations)],
      ["stuck_after", optional(node.stuckAfter, String)],
      ["on_max_iter", node.onMaxIter === "fail" ? undefined : node.onMaxIter],
    ]);
    const content = paragraphs([lines, printNodes(node.body)]);
    const test = `while ${condition(node.condition)}`;
    return node.test === "before" ? block(test, content) : `${block("do", content)} ${test}`;
  },
  sequence: (node) => {
    const lines = options([
      ["output", optional(node.output, word)],
      ["with", listOrNothing(node.with)],
    ]);
    return block(node.mode, paragraphs([lines, printNodes(node.body)]));
  },
  parallel: (node) => {
    const lines = options([
      ["fail_fast", node.failFast ? undefined : "false"],
      ["min_success", optional(node.minSuccess, String)],
      ["output", optional(node.output, word)],
      ["with", listOrNothing(node.with)],
    ]);
    const head = node.name === undefined ? "parallel" : `parallel ${word(node.name)}`;
    return block(head, paragraphs([lines, ...node.branches.map(printCall)]));
  },
  gate: printGate,
  sleep: (node) => block(`sleep ${word(node.name)}`, options([["for", quoted(node.for)]])),
  foreach: (node) =>
    block(
      `foreach ${word(node.name)}`,
      options([
        ["over", word(node.over)],
        ["max_parallel", String(node.maxParallel)],
        ["workflow", word(node.workflow)],
        ["scope", optional(node.scope, map)],
        ["filter", mapOrNothing(node.filter)],
        ["inputs", mapOrNothing(node.inputs)],
        ["ordered", node.ordered ? "true" : undefined],
        ["on_cycle", node.onCycle === "fail" ? undefined : node.onCycle],
        ["on_child_fail", node.onChildFail === "continue" ? undefined : node.onChildFail],
      ]),
    ),
};

/** The steps of a body, below each other. */
export function printNodes(nodes: readonly Node[]): string {
  return paragraphs(nodes.map((node) => (printers[node.kind] as Printer<NodeKind>)(node)));
}

function printCall(node: CallNode | ParallelBranch): string {
  const { kind, value } = node.agent;
  const branchCondition = "if" in node ? node.if : undefined;
  const lines: OptionLine[] = [
    ["if", optional(branchCondition, ({ step, marker }) => quoted(`${step}.${marker}`))],
    ...retryLines(node),
    ["output", optional(node.output, word)],
    ["with", listOrNothing(node.with)],
    ["plugin_dirs", listOrNothing(node.pluginDirs)],
    ["max_turns", optional(node.maxTurns, String)],
  ];
  return optionalBlock(`call ${kind === "name" ? word(value) : quoted(value)}`, options(lines));
}

/** Inputs as a nested block: the one spelling the reference understands too. */
function printChild(node: ChildNode): string {
  const inputs = Object.entries(node.inputs).map(([key, value]): OptionLine => [word(key), quoted(value)]);
  const nested = inputs.length === 0 ? "" : block("inputs", options(inputs));
  return optionalBlock(
    `call workflow ${word(node.workflow)}`,
    paragraphs([options(retryLines(node)), nested]),
  );
}

function printGate(node: GateNode): string {
  const { quality } = node;
  const type: OptionLine = ["type", node.gateType === node.name ? undefined : word(node.gateType)];
  const lines: OptionLine[] =
    quality === undefined
      ? waitingGateLines(node)
      : [
          ["source", word(quality.source)],
          ["threshold", String(quality.threshold)],
          ["on_fail", quality.onFail === "fail" ? undefined : quality.onFail],
          ["as", optional(node.as, word)],
        ];
  return block(`gate ${word(node.name)}`, options([type, ...lines]));
}

function waitingGateLines(node: GateNode): OptionLine[] {
  return [
    ["prompt", optional(node.prompt, quoted)],
    ["min_approvals", node.minApprovals === 1 ? undefined : String(node.minApprovals)],
    ["mode", node.mode === "min_approvals" ? undefined : node.mode],
    ["timeout", node.timeoutMs === defaultGateTimeoutMs ? undefined : duration(node.timeoutMs)],
    ["on_timeout", node.onTimeout === "fail" ? undefined : node.onTimeout],
    ["as", optional(node.as, word)],
    ["options", gateOptions(node)],
    ...Object.entries(node.params).map(([key, value]): OptionLine => [word(key), quoted(value)]),
  ];
}

function gateOptions({ options: choices }: GateNode): string | undefined {
  if (choices === undefined) return undefined;
  if (choices.kind === "field") return quoted(`${choices.step}.${choices.field}`);
  const isList = Object.entries(choices.values).every(([value, label]) => value === label);
  return isList ? list(Object.keys(choices.values)) : map(choices.values);
}

function retryLines(node: CallNode | ScriptNode | ChildNode): OptionLine[] {
  return [
    ["retries", node.retries === 0 ? undefined : String(node.retries)],
    ["retry_delay", optional(node.retryDelayMs, duration)],
    ["backoff", node.backoff],
    ["on_fail", optional(node.onFail, onFail)],
    ["as", optional(node.as, word)],
    ["timeout", optional(node.timeoutMs, duration)],
  ];
}

function optional<T>(value: T | undefined, print: (value: T) => string): string | undefined {
  return value === undefined ? undefined : print(value);
}

function listOrNothing(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : list(items);
}

function mapOrNothing(entries: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(entries).length === 0 ? undefined : map(entries);
}
