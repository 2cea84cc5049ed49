/**
 * Whether a script's command names a file that is there and can be executed. Looks at commands that begin with a path;
 * what begins with the name of a program (`make`, `npm`) is found by the shell on the worker, so nothing is said about
 * it here. Runs nothing.
 */
import { realpathSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, sep } from "node:path";
import type { ScriptProblem } from "@runfleet/language";

type FoundScript =
  | { readonly path: string; readonly problem?: never }
  | { readonly path?: never; readonly problem: ScriptProblem };

/** The first word of a command, when it has no quotes, variables or assignments in it. */
const firstWord = /^\s*([\w.+@%,/-]+)(?=$|[\s;&|<>()])/;

/** A command's problem, or `undefined` when there is none or none can be known. Roots are absolute folders. */
export function scriptProblem(run: string, roots: readonly string[]): ScriptProblem | undefined {
  const word = firstWord.exec(run)?.[1];
  if (word === undefined || !word.includes("/")) return undefined;
  const { path, problem } = findScript(word, roots);
  if (path === undefined) return problem;
  const info = statOf(path);
  if (info?.isFile() !== true) return { message: `${word} is no file`, hint: "name a script file" };
  const isExecutable = process.platform === "win32" || (info.mode & 0o111) !== 0;
  return isExecutable
    ? undefined
    : { message: `${word} is not executable`, hint: `make it executable: chmod +x ${word}` };
}

/** The file a path means: the first root that has it. A link that leads out of its root does not count. */
export function findScript(path: string, roots: readonly string[]): FoundScript {
  if (isAbsolute(path)) {
    return refused(
      `absolute paths are not allowed: ${path}`,
      "write the path from the root of the project, or the program's name alone",
    );
  }
  if (path.split("/").includes("..")) {
    return refused(`${path} leads out of its folder`, "write the path from the root of the project");
  }
  for (const root of roots) {
    const found = realpathOf(join(root, path));
    const real = realpathOf(root);
    if (found !== undefined && real !== undefined && found.startsWith(real + sep)) return { path: found };
  }
  return refused(`${path} does not exist`, `looked for it in ${roots.join(", ")}`);
}

function refused(message: string, hint: string): FoundScript {
  return { problem: { message, hint } };
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // Missing, unreadable, or a circle of links: not there for a script either.
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
