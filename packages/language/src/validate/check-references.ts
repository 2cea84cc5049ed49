/**
 * Whether every step a condition, quality gate or gate option refers to can have run before, and every input a
 * condition names is a declared boolean. Walks the steps in order with what was produced so far. What a block
 * produces stays known behind it, whether or not it ran: a step that did not run has no markers.
 */
import type {
  ChildNode,
  Condition,
  Definition,
  ForeachNode,
  GateNode,
  LoopNode,
  Node,
  ParallelNode,
} from "@runfleet/model";
import { alwaysAddress, bodyAddress, childAddress } from "@runfleet/model";
import { bodyPath } from "../definition/body-path.js";
import { walkNodes } from "../definition/walk-nodes.js";
import { suggestionHint } from "../diagnostics/suggest.js";
import { checkChildInputs } from "./check-child-inputs.js";
import { checkForeach } from "./check-foreach.js";
import type { Find } from "./finding.js";
import { producedBy, producedByWorkflow } from "./produced-steps.js";
import type { ValidationContext } from "./validation-context.js";

interface Walk {
  readonly definition: Definition;
  readonly context: ValidationContext;
  readonly find: Find;
  /** Declared inputs and their types. */
  readonly inputs: ReadonlyMap<string, "string" | "boolean">;
  /** Names of steps that can have run. */
  readonly produced: Set<string>;
  /** Set by a called workflow that is not known: any name could be one of its steps. */
  anythingGoes: boolean;
}

export function checkReferences(definition: Definition, context: ValidationContext, find: Find): void {
  const inputs = new Map(definition.inputs.map(({ name, type }) => [name, type]));
  const walk: Walk = {
    definition,
    context,
    find,
    inputs,
    produced: new Set(context.assumedSteps),
    anythingGoes: false,
  };
  walkBody(walk, definition.body, bodyAddress);
  walkBody(walk, definition.always, alwaysAddress);
}

function walkBody(walk: Walk, nodes: readonly Node[], path: string): void {
  for (const [index, node] of nodes.entries()) walkNode(walk, node, childAddress(path, index));
}

function walkNode(walk: Walk, node: Node, path: string): void {
  switch (node.kind) {
    case "branch":
      checkCondition(walk, node.condition, `${path}:condition`);
      walkBody(walk, node.body, bodyPath(path));
      return;
    case "loop":
      walkLoop(walk, node, path);
      return;
    case "sequence":
      walkBody(walk, node.body, path);
      return;
    case "parallel":
      walkParallel(walk, node, path);
      return;
    case "gate":
      checkGate(walk, node, path);
      return;
    case "child":
      walkChild(walk, node, path);
      return;
    case "foreach":
      walkForeach(walk, node, path);
      return;
    case "call":
    case "script":
    case "sleep":
      produce(walk, producedBy(node));
  }
}

/** Inside a loop a step further down can have run, in the round before. */
function walkLoop(walk: Walk, node: LoopNode, path: string): void {
  const condition = (): void => checkCondition(walk, node.condition, `${path}:condition`);
  if (node.test === "before") condition();
  produce(walk, producedByWorkflow({ body: node.body, always: [] }));
  walkBody(walk, node.body, bodyPath(path));
  if (node.test === "after") condition();
}

/** Branches start at once: none of them sees another one's result. */
function walkParallel(walk: Walk, node: ParallelNode, path: string): void {
  for (const [index, branch] of node.branches.entries()) {
    if (branch.if !== undefined) checkCondition(walk, branch.if, `${childAddress(path, index)}:if`);
  }
  for (const branch of node.branches) produce(walk, producedBy(branch));
  produce(walk, producedBy(node));
}

function checkGate(walk: Walk, { quality, options }: GateNode, path: string): void {
  if (quality !== undefined) checkStep(walk, quality.source, `${path}:source`);
  if (options?.kind === "field") checkStep(walk, options.step, `${path}:options`);
}

function walkChild(walk: Walk, node: ChildNode, path: string): void {
  const child = walk.context.workflows?.(node.workflow);
  if (child === undefined) walk.anythingGoes = true;
  else {
    checkChildInputs(child, { names: Object.keys(node.inputs), path: `${path}:name` }, walk.find);
    produce(walk, producedByWorkflow(child));
  }
  produce(walk, producedBy(node));
}

function walkForeach(walk: Walk, node: ForeachNode, path: string): void {
  checkForeach(node, path, walk.find);
  const child = walk.context.workflows?.(node.workflow);
  if (child !== undefined) {
    const isImplied = (name: string): boolean => name.startsWith("item.");
    checkChildInputs(
      child,
      { names: Object.keys(node.inputs), path: `${path}:inputs`, isImplied },
      walk.find,
    );
  }
  produce(walk, producedBy(node));
}

function produce(walk: Walk, names: Iterable<string>): void {
  for (const name of names) walk.produced.add(name);
}

function checkCondition(walk: Walk, condition: Condition, path: string): void {
  if (condition.kind === "marker") checkStep(walk, condition.step, path);
  else checkInput(walk, condition.input, path);
}

function checkInput({ inputs, produced, find }: Walk, name: string, path: string): void {
  const declared = inputs.get(name);
  if (declared === "boolean") return;
  if (declared === "string") {
    const hint = `declare it as \`${name} boolean\``;
    find({ code: "unknown_input", path, message: `the input \`${name}\` is not boolean`, hint });
    return;
  }
  const isStep = produced.has(name);
  find({
    code: "unknown_input",
    path,
    message: `there is no boolean input \`${name}\``,
    hint: () =>
      isStep
        ? `write \`${name}.marker\` to test what the step \`${name}\` gave`
        : suggestionHint(name, booleansOf(inputs)),
  });
}

function booleansOf(inputs: Walk["inputs"]): string[] {
  return [...inputs].flatMap(([name, type]) => (type === "boolean" ? [name] : []));
}

function checkStep(walk: Walk, name: string, path: string): void {
  if (walk.anythingGoes || walk.produced.has(name)) return;
  walk.find({
    code: "unknown_step",
    path,
    message: `no step \`${name}\` can have run before this`,
    hint: () => hintForStep(walk, name),
  });
}

function hintForStep({ definition, produced }: Walk, name: string): string | undefined {
  if (name === "inputs") return "inputs are named without `inputs.` in front";
  if (producedByWorkflow(definition).has(name))
    return `\`${name}\` comes later; move it up, or move this down`;
  if (hasGate(definition, name))
    return "gates give no markers; put what depends on the answer behind the gate";
  return suggestionHint(name, produced);
}

function hasGate(definition: Definition, name: string): boolean {
  for (const { node } of walkNodes(definition)) {
    if (node.kind === "gate" && node.name === name) return true;
  }
  return false;
}
