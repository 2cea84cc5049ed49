// The author's corpus: workflows as people write them, every construct and every spelling among them. Read here once
// for the tests beside this file; used by nothing else.
import { readdirSync, readFileSync } from "node:fs";
import { formatDiagnostics, type ParsedWorkflow, parseWorkflow } from "@runfleet/language";
import type { Definition } from "@runfleet/model";

const folder = new URL("./", import.meta.url);

export interface CorpusFile {
  readonly name: string;
  readonly source: string;
  readonly parsed: ParsedWorkflow;
}

export const corpus: readonly CorpusFile[] = readdirSync(folder)
  .filter((file) => file.endsWith(".wf"))
  .sort()
  .map((file) => {
    const source = readFileSync(new URL(file, folder), "utf8");
    return { name: file.slice(0, -".wf".length), source, parsed: parseWorkflow(source, { file }) };
  });

/** Throws with what is wrong with the text. */
export function corpusDefinition(name: string): Definition {
  const found = corpus.find((file) => file.name === name);
  if (found === undefined) throw new Error(`there is no corpus file ${name}.wf`);
  const { definition, diagnostics } = found.parsed;
  if (definition === undefined) throw new Error(formatDiagnostics(diagnostics, found.source));
  return definition;
}
