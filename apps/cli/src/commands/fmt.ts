/** `runfleet fmt`: workflow files in their one layout. Leaves files alone that cannot be read as workflows. */
import { writeFile } from "node:fs/promises";
import { type Diagnostic, formatDiagnostics, formatSource, parseWorkflow } from "@runfleet/language";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { readWorkflowPaths, type WorkflowFile } from "../workflow-files.js";

interface FormattedFile {
  readonly file: WorkflowFile;
  readonly text: string;
  /** Errors that keep the file from being formatted. */
  readonly errors: readonly Diagnostic[];
}

export function addFmt(program: Command, cli: Cli): void {
  program
    .command("fmt <path...>")
    .description("lay out workflow files, and all .wf files of directories; comments and line breaks stay")
    .option("--check", "write nothing; exit with 2 when a file is laid out differently")
    .action((paths: readonly string[], options: { readonly check?: boolean }) => fmt(cli, paths, options));
}

async function fmt(cli: Cli, paths: readonly string[], options: { readonly check?: boolean }): Promise<void> {
  const files = (await readWorkflowPaths(paths, cli.cwd)).map(format);
  const broken = files.filter(({ errors }) => errors.length > 0);
  const changed = files.filter(({ file, text, errors }) => errors.length === 0 && text !== file.source);
  if (options.check !== true) await Promise.all(changed.map(({ file, text }) => writeFile(file.path, text)));
  if (broken.length > 0 || (options.check === true && changed.length > 0)) cli.setExitCode(2);
  if (cli.globals().json === true) {
    cli.terminal.printJson({
      files: files.length,
      [options.check === true ? "wouldChange" : "changed"]: changed.map(({ file }) => file.file),
      diagnostics: broken.flatMap(({ errors }) => errors),
    });
    return;
  }
  const { terminal } = cli;
  for (const { file, errors } of broken) {
    terminal.print(`${terminal.out.red("✗")} ${file.file}\n${formatDiagnostics(errors, file.source)}`);
  }
  const verb = options.check === true ? "would change" : "changed";
  for (const { file } of changed) terminal.print(`${file.file}  ${terminal.out.yellow(verb)}`);
  const same = files.length - changed.length - broken.length;
  terminal.note(`${changed.length} ${verb}, ${same} as they should be, ${broken.length} with errors`);
}

function format(file: WorkflowFile): FormattedFile {
  const { diagnostics } = parseWorkflow(file.source, { file: file.file });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return { file, errors, text: errors.length > 0 ? file.source : formatSource(file.source) };
}
