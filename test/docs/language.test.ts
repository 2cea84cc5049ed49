// Every workflow shown in a document is a workflow: each `wf` block parses and is valid without a single diagnostic,
// whatever actions and other workflows exist. A block that shows steps only stands for a workflow around them. A block
// whose fence says `wf run step.marker … => path` is run with scripted actions and must take that path; actions named
// `step.marker` give that marker, people approve, time passes. Blocks of TypeScript on the language's page are executed.
import * as language from "@runfleet/language";
import { formatDiagnostics, parseWorkflow, validateDefinition } from "@runfleet/language";
import { type Definition, definitionSchema } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { createWorld, ok } from "../support/engine/world.js";
import { runPath, runToEnd } from "../support/language/run-path.js";
import { filesEnding, textOf } from "../tidy/source-files.js";

const documents = filesEnding(".md");
const languagePage = "docs/language.md";

interface Block {
  readonly name: string;
  /** What stands behind `wf` in the fence. */
  readonly info: string;
  readonly source: string;
}

/** The `wf` blocks of a document with the line each begins at. */
function blocksOf(file: string): Block[] {
  const text = textOf(file);
  return [...text.matchAll(/^```wf\b *(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    name: `${file}, line ${text.slice(0, match.index).split("\n").length}`,
    info: match[1] ?? "",
    source: match[2] ?? "",
  }));
}

/** The text as it is, or as the steps of a workflow. */
function asWorkflow(source: string): string {
  return /^\s*((\/\/|#|--).*\n\s*)*workflow\b/.test(source) ? source : `workflow example {\n${source}}\n`;
}

function definitionOf(source: string): Definition {
  const { definition } = parseWorkflow(asWorkflow(source));
  if (definition === undefined) throw new Error("the block has errors");
  return definition;
}

const blocks = documents.flatMap(blocksOf);
const runnable = blocks.filter(({ info }) => info.startsWith("run "));

test("the documents show workflows, and some say what they do", () => {
  expect(blocks.length).toBeGreaterThan(15);
  expect(runnable.length).toBeGreaterThan(8);
  expect(blocks.filter(({ info }) => info !== "" && !info.startsWith("run "))).toEqual([]);
});

describe.each(blocks)("$name", ({ source }) => {
  test("is a workflow without an error or a warning", () => {
    const text = asWorkflow(source);
    const { definition, diagnostics, positions } = parseWorkflow(text);
    expect(formatDiagnostics(diagnostics, text)).toBe("");
    if (definition === undefined) throw new Error("no diagnostic and no definition");
    expect(formatDiagnostics(validateDefinition(definition, { positions }), text)).toBe("");
  });
});

test.each(runnable)("$name takes the path it says", ({ info, source }) => {
  const [given = "", path = ""] = info.replace(/^run/, "").split("=>");
  const markers = [...given.matchAll(/([\w-]+)\.([\w-]+)/g)].map(([, step = "", marker = ""]) => [
    step,
    [ok({ markers: [marker], output: '{"confidence":90}' })],
  ]);
  const steps = { judge: [ok({ output: '{"confidence":90}' })], ...Object.fromEntries(markers) };
  const world = createWorld(definitionOf(source), { steps });
  world.start();
  runToEnd(world);
  expect(runPath(world)).toBe(path.trim());
});

const programs = [...textOf(languagePage).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
  ([, source = ""]) => source,
);

test("the programs on the language's page build valid definitions that text can say too", () => {
  expect(programs.length).toBe(2);
  for (const source of programs) {
    const program = source
      .replace(/import (\{[^}]*\}) from "@runfleet\/language";/, "const $1 = language;")
      .replace(/<\{[\s\S]*?\n\}>/, "");
    const last = [...program.matchAll(/^const (\w+) = workflow\(/gm)].at(-1)?.[1] ?? "nothing";
    const built: unknown = new Function("language", `"use strict";\n${program}\nreturn ${last};`)(language);
    const definition = definitionSchema.parse(built);
    expect(validateDefinition(definition, {})).toEqual([]);
    expect(parseWorkflow(language.printWorkflow(definition)).definition).toEqual(definition);
  }
});

test("the limits on the language's page are the ones that hold", () => {
  const page = textOf(languagePage);
  expect(page).toContain("| blocks inside each other | 64 |");
  expect(page).toContain("| branches of a parallel block | 256 |");
  for (const code of [
    "call",
    "script",
    "if",
    "unless",
    "while",
    "do",
    "parallel",
    "gate",
    "foreach",
    "sleep",
    "always",
  ]) {
    expect(page).toMatch(new RegExp(`^### .*\\b${code}\\b`, "m"));
  }
});
