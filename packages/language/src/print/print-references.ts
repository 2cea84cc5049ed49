/**
 * TypeScript with a reference to each workflow, from the inputs it declares and what is known of its steps' outputs: what
 * `runfleet types` writes. The text depends on what is given and its order alone.
 */
import type { Definition, InputDeclaration } from "@runfleet/model";

/** What TypeScript keeps for itself, as far as a workflow can be called so. */
const reserved: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof undefined var void while with workflowRef yield`.split(
    /\s+/,
  ),
);

/** A step and the TypeScript of its structured output. */
export interface OutputOfStep {
  readonly step: string;
  readonly type: string;
}

/** `outputs` by the name of the workflow; a workflow without any has steps of unknown outputs. */
export function printReferences(
  definitions: readonly Definition[],
  outputs: ReadonlyMap<string, readonly OutputOfStep[]> = new Map(),
): string {
  const taken = new Set<string>();
  const references = definitions.map((definition) => {
    const constant = constantFor(definition.name, taken);
    taken.add(constant);
    return referenceOf(definition, constant, outputs.get(definition.name) ?? []);
  });
  return [
    "// Written by `runfleet types`; written again, it follows the workflows.",
    'import { workflowRef } from "@runfleet/client";',
    ...references,
    "",
  ].join("\n");
}

function referenceOf(
  { name, title, description, inputs }: Definition,
  constant: string,
  outputs: readonly OutputOfStep[],
): string {
  const told = description.trim() === "" ? (title ?? "") : description;
  const start = `${docLines(told, "")}export const ${constant} = workflowRef<`;
  const type = inputs.length === 0 ? "Record<never, never>" : `{\n${inputs.map(memberOf).join("")}}`;
  const ofSteps =
    outputs.length === 0
      ? ""
      : `, {\n${outputs.map(outputOf).join("")}  readonly [step: string]: unknown;\n}`;
  return `\n${start}${type}${ofSteps}>(${JSON.stringify(name)});`;
}

function memberOf(declaration: InputDeclaration): string {
  const { name, type, required, default: fallback, description = "", secret } = declaration;
  const usual = fallback === undefined ? "" : `Default: ${JSON.stringify(fallback)}`;
  const masked = secret === true ? "Secret: masked wherever it is shown" : "";
  const told = [description.trim(), usual, masked].filter((text) => text !== "").join("\n");
  const value = type === "boolean" ? "boolean" : "string | number";
  return `${docLines(told, "  ")}  readonly ${keyOf(name)}${required ? "" : "?"}: ${value};\n`;
}

function outputOf({ step, type }: OutputOfStep): string {
  return `  readonly ${keyOf(step)}: ${type};\n`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** A comment in front of what it is about; nothing without words. */
function docLines(text: string, indent: string): string {
  const lines = text
    .replaceAll("*/", "* /")
    .split("\n")
    .map((line) => line.trim());
  const [first = "", ...more] = lines;
  if (text.trim() === "") return "";
  if (more.length === 0) return `${indent}/** ${first} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

/** `review-pr` becomes `reviewPr`; a number behind it where two names come out the same. */
function constantFor(name: string, taken: ReadonlySet<string>): string {
  const camel = name.replace(/-+([A-Za-z0-9_])?/g, (_, next: string | undefined) =>
    (next ?? "").toUpperCase(),
  );
  const wanted = reserved.has(camel) ? `${camel}Workflow` : camel;
  let free = wanted;
  for (let number = 2; taken.has(free); number += 1) free = `${wanted}${number}`;
  return free;
}
