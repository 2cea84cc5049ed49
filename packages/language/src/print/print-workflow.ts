/**
 * A definition as workflow text in the one form everybody knows: what it parses to is the definition again. Comments
 * and layout of an earlier text are not in a definition and so not in what is printed.
 */
import type { Definition, InputDeclaration, Node } from "@runfleet/model";
import { inputModifiers } from "../definition/names.js";
import { formatSource } from "../format/format-source.js";
import { block, options, paragraphs } from "./layout.js";
import { printNodes } from "./print-node.js";
import { duration, list, quoted, word } from "./print-value.js";

/** Ends with a line end. Names that text cannot express are printed in quotes and do not parse. */
export function printWorkflow(definition: Definition): string {
  const { name, body, always } = definition;
  const content = paragraphs([
    printMeta(definition),
    printInputs(definition.inputs),
    printNodes(body.map(asStep)),
    always.length === 0 ? "" : block("always", printNodes(always)),
  ]);
  return formatSource(block(`workflow ${word(name)}`, content));
}

/** An `always` directly in a workflow would mean its end, so one that is a step is put into a block. */
function asStep(node: Node): Node {
  const isAlways = node.kind === "sequence" && node.mode === "always";
  return isAlways ? { kind: "sequence", mode: "do", with: [], body: [node] } : node;
}

function printMeta(definition: Definition): string {
  const { title, description, trigger, targets, group, timeoutMs, pool } = definition;
  const lines = options([
    ["title", title === undefined ? undefined : quoted(title)],
    ["description", description === "" ? undefined : quoted(description)],
    ["trigger", trigger === "manual" ? undefined : trigger],
    ["targets", targets.length === 0 ? undefined : list(targets)],
    ["group", group === undefined ? undefined : quoted(group)],
    ["timeout", timeoutMs === undefined ? undefined : duration(timeoutMs)],
    ["pool", pool === undefined ? undefined : quoted(pool)],
  ]);
  const content = paragraphs([lines, ...printLimits(definition)]);
  return content === "" ? "" : block("meta", content);
}

function printLimits({ concurrency, rate }: Definition): string[] {
  const keyLine = (key: string | undefined) => ["key", key === undefined ? undefined : quoted(key)] as const;
  const number = (value: number | undefined) => (value === undefined ? undefined : String(value));
  const blocks: string[] = [];
  if (concurrency !== undefined) {
    const { key, limit, total } = concurrency;
    blocks.push(
      block("concurrency", options([keyLine(key), ["limit", number(limit)], ["total", number(total)]])),
    );
  }
  if (rate !== undefined) {
    const { key, limit, perMs, burst } = rate;
    const lines = [
      keyLine(key),
      ["limit", number(limit)],
      ["per", duration(perMs)],
      ["burst", number(burst)],
    ] as const;
    blocks.push(block("rate", options(lines)));
  }
  return blocks;
}

function printInputs(inputs: readonly InputDeclaration[]): string {
  return inputs.length === 0 ? "" : block("inputs", inputs.map(printInput).join("\n"));
}

function printInput(input: InputDeclaration): string {
  const { name, type, required, description } = input;
  const parts = [inputModifiers.has(name) ? quoted(name) : word(name)];
  if (type === "boolean") parts.push("boolean");
  else if (required) parts.push("required");
  else if (input.default === undefined) parts.push("optional");
  if (input.secret === true) parts.push("secret");
  if (input.default !== undefined) parts.push(`default = ${quoted(input.default)}`);
  if (description !== undefined) parts.push(`description = ${quoted(description)}`);
  return parts.join(" ");
}
