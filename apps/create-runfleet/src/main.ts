/** The program: reads what was typed, makes the project, says what comes next. Exit code 2 when the person must change something. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { createProject } from "./create-project.js";
import { readArguments, usage } from "./read-arguments.js";
import { Refusal } from "./refusal.js";

function versionOfThis(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

function nextSteps(path: string): string {
  const folder = relative(process.cwd(), path);
  const steps = [
    ...(folder === "" ? [] : [`cd ${folder.includes(" ") ? `"${folder}"` : folder}`]),
    "npm install",
    "npm start            # a fleet for this project, until Ctrl-C",
    "npm run greet Ada    # in a second terminal: starts a run and waits for it",
    "npm test",
  ];
  return steps.map((step) => `  ${step}`).join("\n");
}

function answer(args: readonly string[]): string {
  const wish = readArguments(args);
  switch (wish.kind) {
    case "help":
      return usage;
    case "version":
      return versionOfThis();
    case "create": {
      const { path, name } = createProject({ ...wish, cwd: process.cwd(), version: versionOfThis() });
      return `${name} is in ${path}. What comes next:\n\n${nextSteps(path)}\n`;
    }
    default:
      return wish satisfies never;
  }
}

try {
  console.log(answer(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
