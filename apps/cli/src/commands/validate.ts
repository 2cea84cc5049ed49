/** `runfleet validate`: checks workflow files without a fleet and shows every mistake at its place. */
import { resolve } from "node:path";
import { type Diagnostic, formatDiagnostics } from "@runfleet/language";
import type { Command } from "commander";
import type { CheckedFile } from "../check/check-files.js";
import type { Cli } from "../cli.js";
import { collect } from "../parse-options.js";
import type { Terminal } from "../terminal.js";
import { readWorkflowPaths } from "../workflow-files.js";

interface ValidateOptions {
  readonly strict?: boolean;
  readonly config?: string;
  readonly scripts?: readonly string[];
}

export function addValidate(program: Command, cli: Cli): void {
  program
    .command("validate <path...>")
    .description(
      "check workflow files; workflows they call are looked for in the paths given and beside each file",
    )
    .option("--strict", "warnings count as errors")
    .option("--config <file>", "names of actions, gates and items; default: the nearest runfleet.config")
    .option("--scripts <folder>", "look for scripts here too; may be repeated", collect)
    .action((paths: readonly string[], options: ValidateOptions) => validate(cli, paths, options));
}

async function validate(cli: Cli, paths: readonly string[], options: ValidateOptions): Promise<void> {
  const { terminal, env, cwd } = cli;
  const { strict, config, scripts = [] } = options;
  const files = await readWorkflowPaths(paths, cwd);
  // Loaded here, since it brings the worker along, which no other command needs.
  const { checkFiles } = await import("../check/check-files.js");
  const checked = await checkFiles(
    files,
    { env, cwd },
    {
      isStrict: strict === true,
      scriptRoots: scripts,
      ...(config === undefined ? {} : { config: resolve(cwd, config) }),
    },
  );
  const diagnostics = checked.flatMap((one) => one.diagnostics);
  const isValid = !diagnostics.some(({ severity }) => severity === "error");
  if (!isValid) cli.setExitCode(2);
  if (cli.globals().json === true) {
    const workflows = checked.flatMap(({ definition }) => definition?.name ?? []);
    terminal.printJson({ valid: isValid, workflows, diagnostics: diagnostics.map(asDocument) });
    return;
  }
  for (const one of checked) show(one, terminal);
}

/** `span` repeats the place as editors want it; its end is exclusive. */
function asDocument({ line, column, endLine, endColumn, ...diagnostic }: Diagnostic): object {
  return {
    ...diagnostic,
    line,
    column,
    span: { start: { line, column }, end: { line: endLine, column: endColumn } },
  };
}

/** Mistakes are the result of this command, so they go to standard output. */
function show({ file, definition, diagnostics }: CheckedFile, terminal: Terminal): void {
  const { green, red, yellow } = terminal.out;
  if (diagnostics.length === 0) {
    terminal.print(`${green("✓")} ${file.file}  ${definition?.name ?? ""}`);
    return;
  }
  const hasErrors = diagnostics.some(({ severity }) => severity === "error");
  const text = formatDiagnostics(diagnostics, file.source)
    .replace(/^error\[/gm, `${red("error")}[`)
    .replace(/^warning\[/gm, `${yellow("warning")}[`);
  terminal.print(`${hasErrors ? red("✗") : yellow("!")} ${file.file}\n${text}`);
}
