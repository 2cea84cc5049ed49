// Every workflow shown in a document is a workflow: each `wf` block parses and is valid without a single diagnostic,
// whatever actions and other workflows exist. A block that shows steps only stands for a workflow around them.
// Executes nothing.
import { formatDiagnostics, parseWorkflow, validateDefinition } from "@runfleet/language";
import { describe, expect, test } from "vitest";
import { filesEnding, textOf } from "../tidy/source-files.js";

const documents = filesEnding(".md");

/** The `wf` blocks of a document with the line each begins at. */
function blocksOf(file: string): { readonly name: string; readonly source: string }[] {
  const text = textOf(file);
  return [...text.matchAll(/^```wf\n([\s\S]*?)^```$/gm)].map((match) => ({
    name: `${file}, line ${text.slice(0, match.index).split("\n").length}`,
    source: match[1] ?? "",
  }));
}

/** The text as it is, or as the steps of a workflow. */
function asWorkflow(source: string): string {
  return /^\s*((\/\/|#|--).*\n\s*)*workflow\b/.test(source) ? source : `workflow example {\n${source}}\n`;
}

const blocks = documents.flatMap(blocksOf);

test("the documents show workflows", () => {
  expect(blocks.length).toBeGreaterThan(10);
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
