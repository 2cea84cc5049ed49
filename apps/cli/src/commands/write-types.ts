/**
 * `runfleet types`: TypeScript with a typed reference to each workflow, from the inputs the files declare and the output
 * schemas of their steps. Needs no fleet.
 */
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { formatDiagnostics, type OutputOfStep, parseWorkflow, printReferences } from "@runfleet/language";
import { type Definition, RunfleetError } from "@runfleet/model";
import type { Command } from "commander";
import { createKnownNames } from "../check/known-names.js";
import type { Cli } from "../cli.js";
import { readWorkflowPaths, type WorkflowFile } from "../workflow-files.js";

interface Options {
  readonly out?: string;
  readonly check?: boolean;
  readonly config?: string;
}

export function addTypes(program: Command, cli: Cli): void {
  program
    .command("types <path...>")
    .description(
      "write TypeScript with a reference to each workflow, so that the compiler checks the inputs of a start and knows the outputs of steps",
    )
    .option("--config <file>", "says where output schemas lie; default: the nearest runfleet.config")
    .option("--out <file>", "where it is written, when it is another text; default: standard output")
    .option("--check", "write nothing; exit with 2 when the file has another text")
    .action((paths: readonly string[], options: Options) => types(cli, paths, options));
}

async function types(cli: Cli, paths: readonly string[], options: Options): Promise<void> {
  const { terminal, cwd } = cli;
  const { out, check } = options;
  if (check === true && out === undefined) {
    throw new RunfleetError("invalid_usage", "--check compares with the file of --out, which is not given");
  }
  const files = await readWorkflowPaths(paths, cwd);
  const definitions = files.map(definitionOf);
  const outputs = await outputsOf(cli, options, { files, definitions });
  const text = printReferences(
    [...definitions].sort((a, b) => (a.name < b.name ? -1 : 1)),
    outputs,
  );
  const isCurrent = out === undefined || (await textOf(resolve(cwd, out))) === text;
  if (out !== undefined && !isCurrent && check !== true) await writeFile(resolve(cwd, out), text);
  if (!isCurrent && check === true) cli.setExitCode(2);
  const workflows = definitions.map(({ name }) => name);
  if (cli.globals().json === true) {
    terminal.printJson({ workflows, file: out ?? null, current: isCurrent, text });
  } else if (out === undefined) terminal.print(text.trimEnd());
  else
    terminal.note(
      `${out}  ${isCurrent ? "is up to date" : check === true ? "is not up to date" : "written"}`,
    );
}

/** By the name of the workflow. */
async function outputsOf(
  { env, cwd }: Cli,
  { config }: Options,
  {
    files,
    definitions,
  }: { readonly files: readonly WorkflowFile[]; readonly definitions: readonly Definition[] },
): Promise<ReadonlyMap<string, readonly OutputOfStep[]>> {
  const namesFor = createKnownNames(config === undefined ? undefined : resolve(cwd, config), { env, cwd });
  const outputs = new Map<string, readonly OutputOfStep[]>();
  for (const [index, definition] of definitions.entries()) {
    const { outputTypes } = await namesFor(files[index]?.path ?? cwd);
    outputs.set(definition.name, (await outputTypes?.(definition)) ?? []);
  }
  return outputs;
}

/** Throws `invalid_definition` with every mistake at its place. */
function definitionOf({ source, file }: WorkflowFile): Definition {
  const { definition, diagnostics } = parseWorkflow(source, { file });
  if (definition !== undefined) return definition;
  const shown = formatDiagnostics(diagnostics, source);
  throw new RunfleetError("invalid_definition", `${file} has errors\n\n${shown}`, {
    details: { diagnostics },
  });
}

/** Nothing when the file is not there yet. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
