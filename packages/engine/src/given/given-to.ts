/**
 * What a step was given. Variables are not stored with every attempt: they would be the most of what a run writes. They are
 * worked out again, from the run's document and its definition, by the functions that gave them.
 */
import {
  type Address,
  type Definition,
  type GivenDocument,
  type GivenVariable,
  limits,
  type Node,
  nodePath,
  type RunDocument,
  type StepDocument,
} from "@runfleet/model";
import { compile, type Plan } from "../plan.js";
import { member } from "../record.js";
import { namesIn } from "../template.js";
import { truncateText } from "../text-size.js";
import { variablesFor } from "../variables.js";
import { bodyStatusAt, endedBefore, inAlways, turnBefore } from "./turn-before.js";

/** Places that are told of one name, and addresses of one sentence. */
const toldMax = 20;

/**
 * The variables of the newest attempt at an address, or of the one asked for, as they were when it began; `undefined` when
 * the run has no such attempt.
 */
export function givenTo(
  run: RunDocument,
  definition: Definition,
  { address, attempt }: { readonly address: Address; readonly attempt?: number },
): GivenDocument | undefined {
  const step = run.steps.findLast(
    (one) => one.address === address && (attempt === undefined || one.attempt === attempt),
  );
  if (step === undefined) return undefined;
  const plan = compile(definition);
  const variables = variablesFor(turnBefore(plan, run, step), address);
  const node = plan.nodes.get(nodePath(address));
  const uses = usesOf(node === undefined ? {} : textsOf(node), variables);
  const others = Object.keys(variables)
    .filter((name) => !uses.has(name))
    .sort();
  const names = [...uses.keys(), ...others];
  return {
    ...{ id: run.id, address, attempt: step.attempt },
    variables: names
      .slice(0, limits.givenNamesMax)
      .map((name) => told(name, member(variables, name), uses.get(name) ?? [])),
    leftOut: Math.max(0, names.length - limits.givenNamesMax),
    unknown: unknownOf(plan, { run, step, node }),
  };
}

function told(name: string, value: string | undefined, usedIn: readonly string[]): GivenVariable {
  const shown = value === undefined ? null : truncateText(value, limits.givenValueBytesMax);
  return {
    name: truncateText(name, limits.nameBytesMax),
    value: shown,
    isCut: value !== undefined && shown !== value,
    usedIn: usedIn.slice(0, toldMax).map((text) => truncateText(text, limits.nameBytesMax)),
  };
}

/** Which texts of a step name each variable. */
function usesOf(
  texts: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  for (const [place, text] of Object.entries(texts)) {
    for (const name of namesIn(text, variables)) uses.set(name, [...(uses.get(name) ?? []), place]);
  }
  return uses;
}

/** The texts of a node whose placeholders are replaced. */
function textsOf(node: Node): Readonly<Record<string, string>> {
  switch (node.kind) {
    case "script":
      return { run: node.run, ...under("env", node.env) };
    case "child":
    case "foreach":
      return under("inputs", node.inputs);
    case "gate":
      return node.prompt === undefined ? {} : { prompt: node.prompt };
    case "sleep":
      return { for: node.for };
    default:
      return {};
  }
}

function under(place: string, texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${place}.${name}`, text]));
}

function unknownOf(
  plan: Plan,
  {
    run,
    step,
    node,
  }: { readonly run: RunDocument; readonly step: StepDocument; readonly node: Node | undefined },
): string[] {
  const sentences = ["names that `runContext` of the worker's configuration adds; they win over all others"];
  if (node?.kind === "call") sentences.push("which of the names the agent's file uses");
  if (node?.kind === "foreach")
    sentences.push("`item.…`: others for each item, see the inputs of its child run");
  const children = endedBefore(plan, run, step).filter(
    ({ kind, status }) => kind === "child" && status === "completed",
  );
  if (children.length > 0) {
    const places = children.slice(0, toldMax).map(({ address }) => address);
    const more = children.length > toldMax ? " and others" : "";
    sentences.push(
      `what the child runs of ${places.join(", ")}${more} left: contexts, outputs and their members`,
    );
  }
  if (inAlways(step) && bodyStatusAt(run, step) === undefined)
    sentences.push("`workflow_status`: the run's record does not say yet how the body ended");
  return sentences;
}
