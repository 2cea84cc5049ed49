/** `runfleet graph`: a workflow file as a picture, on standard output. Needs no fleet and no other workflow. */
import { buildGraph, formatDiagnostics, parseWorkflow, printDot, printMermaid } from "@runfleet/language";
import type { Definition } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import { type Command, Option } from "commander";
import type { Cli } from "../cli.js";
import { renderSvg } from "../render/graph-svg.js";
import { readWorkflowFile } from "../workflow-files.js";

type Format = "mermaid" | "svg";

const drawers: Readonly<Record<Format, (definition: Definition) => string | Promise<string>>> = {
  mermaid: (definition) => printMermaid(buildGraph(definition)),
  svg: (definition) => renderSvg(printDot(buildGraph(definition))),
};

export function addGraph(program: Command, cli: Cli): void {
  const format = new Option("--format <format>", "what is printed")
    .choices(Object.keys(drawers))
    .default("mermaid");
  program
    .command("graph <file>")
    .description("draw a workflow file, as Mermaid text or as an SVG picture")
    .addOption(format)
    .action((path: string, options: { readonly format: Format }) => graph(cli, path, options.format));
}

async function graph(cli: Cli, path: string, format: Format): Promise<void> {
  const file = await readWorkflowFile(path, cli.cwd);
  const { definition, diagnostics } = parseWorkflow(file.source, { file: file.file });
  if (definition === undefined) {
    const shown = formatDiagnostics(diagnostics, file.source);
    throw new RunfleetError("invalid_definition", `${file.file} has errors\n\n${shown}`, {
      details: { diagnostics },
    });
  }
  const text = await drawers[format](definition);
  if (cli.globals().json === true) cli.terminal.printJson({ workflow: definition.name, format, text });
  else cli.terminal.print(text.trimEnd());
}
