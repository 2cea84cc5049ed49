/**
 * What a definition must hold whatever exists around it: names that text can express, limits, options that fit
 * together. The parser produces nothing that fails here except limits; builders and JSON may.
 */
import { type Definition, type InputDeclaration, limits, poolProblem } from "@runfleet/model";
import { isUnsafeKey } from "../definition/names.js";
import { textBytes } from "../definition/text-bytes.js";
import { type PlacedNode, walkNodes } from "../definition/walk-nodes.js";
import { checkLimits } from "./check-limits.js";
import { checkName, checkNameLength } from "./check-name.js";
import { checkNodeShape } from "./check-node-shape.js";
import type { Find } from "./finding.js";

/** Checks everything but the nesting, which comes before every other check (`checkNesting`). */
export function checkShape(definition: Definition, find: Find): void {
  checkName(definition.name, { what: "the name of a workflow", path: "name" }, find);
  checkInputs(definition, find);
  checkPool(definition, find);
  checkLimits(definition, find);
  for (const placed of walkNodes(definition)) checkNodeShape(placed, find);
  checkSize(definition, find);
}

/** True when some block lies deeper than the limit. Needs no other check before it. */
export function checkNesting({ node, path, depth }: PlacedNode, find: Find): boolean {
  const isBlock =
    node.kind === "branch" || node.kind === "loop" || node.kind === "sequence" || node.kind === "parallel";
  if (!isBlock || depth < limits.nestingMax) return false;
  find({
    code: "nesting_limit",
    path,
    message: `more than ${limits.nestingMax} blocks inside each other`,
    hint: "move inner blocks into a workflow of their own and use `call workflow`",
  });
  return true;
}

function checkInputs({ inputs }: Definition, find: Find): void {
  const seen = new Set<string>();
  for (const input of inputs) {
    const { name } = input;
    const path = `input:${name}`;
    checkSecret(input, path, find);
    checkNameLength(name, path, find);
    if (isUnsafeKey(name))
      find({ code: "invalid_name", path, message: `\`${name}\` cannot be the name of an input` });
    if (seen.has(name))
      find({ code: "invalid_name", path, message: `the input \`${name}\` is declared twice` });
    seen.add(name);
  }
}

/** A default would be a secret that everybody who sees the workflow can read; a flag is none. */
function checkSecret(
  { name, type, secret, default: value }: InputDeclaration,
  path: string,
  find: Find,
): void {
  if (secret !== true) return;
  if (type === "boolean")
    find({ code: "invalid_secret", path, message: `the input \`${name}\` is boolean and cannot be secret` });
  if (value === undefined) return;
  const hint = "remove the default; whoever starts the run gives the value";
  find({ code: "invalid_secret", path, message: `the secret input \`${name}\` cannot have a default`, hint });
}

function checkPool({ pool }: Definition, find: Find): void {
  const problem = pool === undefined ? undefined : poolProblem(pool);
  if (problem !== undefined) find({ code: "invalid_name", path: "meta:pool", message: problem });
}

function checkSize(definition: Definition, find: Find): void {
  const sizeBytes = textBytes(JSON.stringify(definition));
  if (sizeBytes <= limits.definitionBytesMax) return;
  find({
    code: "limit_exceeded",
    path: "name",
    message: `the definition has ${sizeBytes} bytes as JSON; ${limits.definitionBytesMax} are allowed`,
    hint: "split the workflow and use `call workflow`",
  });
}
