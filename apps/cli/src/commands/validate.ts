/** `runfleet validate`: checks workflow files without a fleet and shows every mistake at its place. */
import {
  type Diagnostic,
  formatDiagnostics,
  type ParsedWorkflow,
  parseWorkflow,
  validateDefinition,
} from "@runfleet/language";
import type { Definition } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import type { Terminal } from "../terminal.js";
import { readFilesBeside, readWorkflowPaths, type WorkflowFile } from "../workflow-files.js";

interface CheckedFile {
  readonly file: WorkflowFile;
  /** Absent when the text has errors. */
  readonly definition?: Definition;
  readonly diagnostics: readonly Diagnostic[];
}

export function addValidate(program: Command, cli: Cli): void {
  program
    .command("validate <path...>")
    .description(
      "check workflow files; workflows they call are looked for in the paths given and beside each file",
    )
    .option("--strict", "warnings count as errors")
    .action((paths: readonly string[], options: { readonly strict?: boolean }) =>
      validate(cli, paths, options),
    );
}

async function validate(
  cli: Cli,
  paths: readonly string[],
  options: { readonly strict?: boolean },
): Promise<void> {
  const { terminal } = cli;
  const files = await readWorkflowPaths(paths, cli.cwd);
  const checked = await checkFiles(files, cli.cwd);
  const diagnostics = checked.flatMap((one) => one.diagnostics);
  const isBad = ({ severity }: Diagnostic): boolean => severity === "error" || options.strict === true;
  const isValid = !diagnostics.some(isBad);
  if (!isValid) cli.setExitCode(2);
  if (cli.globals().json === true) {
    const workflows = checked.flatMap(({ definition }) => definition?.name ?? []);
    terminal.printJson({ valid: isValid, workflows, diagnostics });
    return;
  }
  for (const one of checked) show(one, terminal);
}

async function checkFiles(files: readonly WorkflowFile[], cwd: string): Promise<readonly CheckedFile[]> {
  const parsed = new Map(files.map((file) => [file.path, { file, ...parse(file) }]));
  const known = new Map<string, Definition>();
  const besides = await Promise.all(files.map((file) => readFilesBeside(file, cwd)));
  for (const beside of besides.flat()) remember(known, parse(beside).definition);
  // Later than those beside: what was named is what is meant.
  for (const { definition } of parsed.values()) remember(known, definition);
  return [...parsed.values()].map(({ file, definition, diagnostics, positions }) => {
    if (definition === undefined) return { file, diagnostics };
    const found = validateDefinition(definition, { workflows: (name) => known.get(name), positions });
    const placed = found.map((diagnostic) => ({ ...diagnostic, file: file.file }));
    return { file, definition, diagnostics: [...diagnostics, ...placed] };
  });
}

function parse({ source, file }: WorkflowFile): ParsedWorkflow {
  return parseWorkflow(source, { file });
}

function remember(known: Map<string, Definition>, definition: Definition | undefined): void {
  if (definition !== undefined) known.set(definition.name, definition);
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
