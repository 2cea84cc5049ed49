/**
 * Workflow files on disk: what a path means, which files belong to a workflow (those beside it that it calls).
 * Reads and parses; validating and publishing are the business of others.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { calledWorkflows, type WorkflowSource } from "@runfleet/client";
import { parseWorkflow } from "@runfleet/language";
import { limits, RunfleetError } from "@runfleet/model";

const workflowExtension = ".wf";

/** A file's text under the name people know it by: relative to where they are. */
export interface WorkflowFile extends WorkflowSource {
  readonly file: string;
  readonly path: string;
}

/** True for what can only be meant as a file: `a.wf`, `./a`, `dir/a`. */
export function looksLikeFile(text: string): boolean {
  return text.endsWith(workflowExtension) || text.includes("/") || text.includes("\\");
}

/** Throws `workflow_not_found` when there is no such file, `too_large` before reading a huge one. */
export async function readWorkflowFile(path: string, cwd: string): Promise<WorkflowFile> {
  const full = resolve(cwd, path);
  const info = await stat(full).catch(() => undefined);
  if (info === undefined || !info.isFile()) {
    const what = info === undefined ? "does not exist" : "is not a file";
    throw new RunfleetError("workflow_not_found", `the workflow file ${path} ${what}`, {
      details: { path: full },
    });
  }
  if (info.size > limits.definitionBytesMax) {
    throw new RunfleetError(
      "too_large",
      `the workflow file ${path} has ${info.size} bytes; at most ${limits.definitionBytesMax} are allowed`,
    );
  }
  return { path: full, file: relative(cwd, full) || basename(full), source: await readFile(full, "utf8") };
}

/** All workflow files that these paths name: files as they are, directories with everything below them. */
export async function readWorkflowPaths(
  paths: readonly string[],
  cwd: string,
): Promise<readonly WorkflowFile[]> {
  const found = await Promise.all(paths.map((path) => filesOf(path, cwd)));
  const unique = [...new Set(found.flat())];
  return Promise.all(unique.map((path) => readWorkflowFile(path, cwd)));
}

/**
 * The workflows that `root` calls and that lie beside it as `<name>.wf`, and those that these call in turn.
 * Files that cannot be parsed are included: whoever validates them says why.
 */
export async function readFilesBeside(root: WorkflowFile, cwd: string): Promise<readonly WorkflowFile[]> {
  const beside = new Map<string, WorkflowFile>();
  const folder = dirname(root.path);
  const names = calledBy(root);
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const path = pathBeside(folder, name);
    if (path === undefined || path === root.path || beside.has(path)) continue;
    const file = await readWorkflowFile(path, cwd);
    beside.set(path, file);
    names.push(...calledBy(file));
  }
  return [...beside.values()];
}

/** The file of a workflow in a folder, if there is one. A name that no workflow can have leads to no file. */
export function pathBeside(folder: string, name: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(name)) return undefined;
  const path = join(folder, `${name}${workflowExtension}`);
  return existsSync(path) ? path : undefined;
}

function calledBy({ source, file }: WorkflowFile): string[] {
  const { definition } = parseWorkflow(source, { file });
  return definition === undefined ? [] : calledWorkflows(definition);
}

async function filesOf(path: string, cwd: string): Promise<readonly string[]> {
  const full = resolve(cwd, path);
  const info = await stat(full).catch(() => undefined);
  if (info?.isDirectory() !== true) return [full];
  const files = await filesBelow(full);
  if (files.length > 0) return files.sort();
  throw new RunfleetError("workflow_not_found", `there is no ${workflowExtension} file in ${path}`, {
    details: { path: full },
  });
}

/**
 * Packages and hidden folders bring files that are not this project's, and take long to go through: they are not looked
 * into. Neither are links to folders, which may lead in a circle.
 */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const own = entries.filter(({ name }) => name !== "node_modules" && !name.startsWith("."));
  const found = own.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith(workflowExtension) ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}
