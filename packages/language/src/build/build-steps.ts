/** The builder's steps. Types here are wide; the compile-time checks are in `builder.ts`. Wrong texts throw `invalid_definition`. */
import type {
  CallNode,
  ChildNode,
  ForeachNode,
  GateNode,
  Node,
  ParallelBranch,
  ParallelNode,
  ScriptNode,
  SleepNode,
} from "@runfleet/model";
import * as make from "../definition/make-nodes.js";
import {
  callFieldsOf,
  durationMsOf,
  readAgent,
  readCondition,
  readGateOptions,
  readMarkerCondition,
  retryFieldsOf,
} from "./read-texts.js";
import type {
  BlockOptions,
  BranchOptions,
  CallOptions,
  ChildOptions,
  ForeachOptions,
  LoopOptions,
  ParallelOptions,
  QualityGateOptions,
  ScriptOptions,
  WaitingGateOptions,
} from "./step-options.js";
import type { Vocabulary } from "./vocabulary.js";

type Any = Vocabulary;

export function call(agent: string, options: CallOptions<Any> = {}): CallNode {
  return make.makeCall(readAgent(agent), callFieldsOf(options));
}

export function branch(agent: string, options: BranchOptions<Any> = {}): ParallelBranch {
  const condition = options.if === undefined ? undefined : readMarkerCondition(options.if);
  return make.makeBranchCall(call(agent, options), condition);
}

export function script(name: string, options: ScriptOptions<Any>): ScriptNode {
  const { run, env } = options;
  return make.makeScript(name, {
    ...retryFieldsOf(options),
    run,
    env: env === undefined ? undefined : { ...env },
  });
}

export function callWorkflow(name: string, options: ChildOptions<Any, string> = {}): ChildNode {
  return make.makeChild(name, { ...retryFieldsOf(options), inputs: { ...options.inputs } });
}

export function marker<Step extends string>(step: Step, name: string): `${Step}.${string}` {
  return `${step}.${name}`;
}

export function when(condition: string, nodes: readonly Node[]): Node {
  return make.makeIf("if", readCondition(condition), [...nodes]);
}

export function unless(condition: string, nodes: readonly Node[]): Node {
  return make.makeIf("unless", readCondition(condition), [...nodes]);
}

export function whileLoop(condition: string, options: LoopOptions, nodes: readonly Node[]): Node {
  return make.makeLoop({ test: "before", condition: readMarkerCondition(condition), ...options }, [...nodes]);
}

export function doWhile(condition: string, options: LoopOptions, nodes: readonly Node[]): Node {
  return make.makeLoop({ test: "after", condition: readMarkerCondition(condition), ...options }, [...nodes]);
}

export function block(nodes: readonly Node[], options: BlockOptions = {}): Node {
  return make.makeSequence("do", { output: options.output, with: [...(options.with ?? [])] }, [...nodes]);
}

export function parallel(branches: readonly ParallelBranch[], options: ParallelOptions = {}): ParallelNode {
  return make.makeParallel({ ...options, with: [...(options.with ?? [])] }, [...branches]);
}

export function gate(name: string, options: WaitingGateOptions<Any> = {}): GateNode {
  const { type, timeout, options: choices, params, ...rest } = options;
  return make.makeGate(name, {
    ...rest,
    gateType: type,
    timeoutMs: timeout === undefined ? undefined : durationMsOf(timeout),
    options: choices === undefined ? undefined : readGateOptions(choices),
    params: { ...params },
  });
}

export function qualityGate(name: string, options: QualityGateOptions): GateNode {
  return make.makeQualityGate(name, options);
}

export function foreach(name: string, options: ForeachOptions<Any, string>): ForeachNode {
  const { scope, filter, inputs, ...rest } = options;
  return make.makeForeach(name, {
    ...rest,
    scope: scope === undefined ? undefined : { ...scope },
    filter: { ...filter },
    inputs: { ...inputs } as Record<string, string>,
  });
}

export function always(nodes: readonly Node[]): Node {
  return make.makeSequence("always", {}, [...nodes]);
}

export function sleep(name: string, duration: string): SleepNode {
  return make.makeSleep(name, duration);
}
