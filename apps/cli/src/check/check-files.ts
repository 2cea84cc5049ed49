/**
 * Workflow files checked together: each is parsed once, may call the others and what lies beside it, and is held to the
 * configuration nearest to it. Findings come file by file in the order given, and by place within a file.
 */
import { basename, dirname, join, resolve } from "node:path";
import { calledWorkflows } from "@runfleet/client";
import {
  type Diagnostic,
  type ParsedWorkflow,
  parseWorkflow,
  type ValidationContext,
  validateParsed,
} from "@runfleet/language";
import type { Definition } from "@runfleet/model";
import type { Place } from "../home.js";
import { pathBeside, readWorkflowFile, type WorkflowFile } from "../workflow-files.js";
import { createKnownNames, type KnownNames } from "./known-names.js";
import { scriptProblem } from "./script-paths.js";

export interface CheckedFile {
  readonly file: WorkflowFile;
  /** Absent when the text has errors. */
  readonly definition?: Definition;
  readonly diagnostics: readonly Diagnostic[];
}

export interface CheckOptions {
  /** A configuration file to use for all files instead of the nearest one. */
  readonly config?: string;
  /** Further folders in which scripts are looked for. */
  readonly scriptRoots?: readonly string[];
  /** Warnings become errors. */
  readonly isStrict?: boolean;
}

interface ParsedFile extends ParsedWorkflow {
  readonly file: WorkflowFile;
}

interface KnownFile extends ParsedFile {
  readonly names: KnownNames;
}

/** Rejects with `invalid_config` when a configuration cannot be loaded. */
export async function checkFiles(
  files: readonly WorkflowFile[],
  place: Place,
  options: CheckOptions = {},
): Promise<readonly CheckedFile[]> {
  const parsed = files.map(parse);
  const namesFor = createKnownNames(options.config, place);
  const withNames = async (file: ParsedFile): Promise<KnownFile> => ({
    ...file,
    names: await namesFor(file.file.path),
  });
  const given = await Promise.all(parsed.map(withNames));
  const beside = await Promise.all((await parseBeside(parsed, place.cwd)).map(withNames));
  const lookUp = createLookUp([...beside, ...given]);
  const checked: CheckedFile[] = [];
  for (const known of given) {
    const { file, definition, names } = known;
    const roots = rootsOf(file, names, place, options);
    const files = definition === undefined ? undefined : await names.fileProblems?.(definition);
    const diagnostics = validate(known, { lookUp, roots, files });
    checked.push({
      file,
      diagnostics: options.isStrict === true ? diagnostics.map(asError) : diagnostics,
      ...(definition === undefined ? {} : { definition }),
    });
  }
  return checked;
}

function parse(file: WorkflowFile): ParsedFile {
  return { file, ...parseWorkflow(file.source, { file: file.file }) };
}

/** The workflows called by these files and by each other that lie beside their callers and are not given themselves. */
async function parseBeside(given: readonly ParsedFile[], cwd: string): Promise<readonly ParsedFile[]> {
  const seen = new Set(given.map(({ file }) => file.path));
  const beside: ParsedFile[] = [];
  const waiting = [...given];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { file } = next;
    const definition = next.definition ?? next.draft?.definition;
    for (const name of definition === undefined ? [] : calledWorkflows(definition)) {
      const path = pathBeside(dirname(file.path), name);
      if (path === undefined || seen.has(path)) continue;
      seen.add(path);
      const parsed = parse(await readWorkflowFile(path, cwd));
      beside.push(parsed);
      waiting.push(parsed);
    }
  }
  return beside;
}

type DefinedFile = KnownFile & { readonly definition: Definition };

interface LookUp {
  /** A workflow of the caller's own folder, else one from anywhere; of equal names the later file. */
  readonly find: (name: string, folder: string) => DefinedFile | undefined;
  /** Whether a workflow of that name is in a file with errors. */
  readonly isUnreadable: (name: string) => boolean;
}

function createLookUp(files: readonly KnownFile[]): LookUp {
  const byName = new Map<string, DefinedFile>();
  const byPlace = new Map<string, DefinedFile>();
  const unreadable = new Set<string>();
  for (const known of files) {
    const { file, definition, draft } = known;
    if (definition === undefined) {
      unreadable.add(basename(file.path, ".wf")).add(draft?.definition.name ?? "");
      continue;
    }
    const defined = { ...known, definition };
    byName.set(definition.name, defined);
    byPlace.set(join(dirname(file.path), definition.name), defined);
  }
  return {
    find: (name, folder) => byPlace.get(join(folder, name)) ?? byName.get(name),
    isUnreadable: (name) => unreadable.has(name),
  };
}

interface Surroundings {
  readonly lookUp: LookUp;
  /** Absent: scripts are not looked for. */
  readonly roots: readonly string[] | undefined;
  /** Absent: nobody looks at the files that steps name. */
  readonly files: ValidationContext["files"];
}

function validate(known: KnownFile, { lookUp, roots, files }: Surroundings): readonly Diagnostic[] {
  const { file, names } = known;
  const folder = dirname(file.path);
  const context = {
    ...names.context,
    workflows: (name: string) => lookUp.find(name, folder)?.definition,
    registeredFor: (name: string) => lookUp.find(name, folder)?.names.context,
    isUnreadable: lookUp.isUnreadable,
    ...(files === undefined ? {} : { files }),
    ...(roots === undefined ? {} : { scripts: (run: string) => scriptProblem(run, roots) }),
  };
  return validateParsed(known, context, { file: file.file });
}

/** Where scripts are looked for: nowhere, unless folders are named, when only the configuration knows where they run. */
function rootsOf(
  file: WorkflowFile,
  { configFile, hasOwnFolder }: KnownNames,
  { cwd }: Place,
  { scriptRoots = [] }: CheckOptions,
): readonly string[] | undefined {
  const named = scriptRoots.map((root) => resolve(cwd, root));
  if (hasOwnFolder) return named.length === 0 ? undefined : named;
  const project = configFile === undefined ? [] : [dirname(configFile)];
  return [...new Set([...named, ...project, dirname(file.path), cwd])];
}

function asError(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: "error" };
}
