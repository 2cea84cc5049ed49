/**
 * The files that the steps of a definition name, looked at as a worker with this configuration would: agent files and
 * snippets where an action says that it uses them, output schemas where the configuration has a folder for them.
 */
import { type NamedFile, namedFiles, type ValidationContext } from "@runfleet/language";
import { type Definition, isRunfleetError } from "@runfleet/model";
import type { Project, ProjectQuestion, WorkerConfig } from "@runfleet/worker";

/** Reads the files; the answer says of each of them what is wrong. */
export type FileProblems = (definition: Definition) => Promise<NonNullable<ValidationContext["files"]>>;

export function fileProblemsOf(config: WorkerConfig): FileProblems {
  let project: Project | undefined;
  return async (definition) => {
    // Loaded here, so that the other commands start without it.
    project ??= (await import("@runfleet/worker")).createProject(config);
    const problems = new Map<string, string>();
    const question = { run: { id: "", workflow: definition.name, inputs: {} } };
    for (const file of namedFiles(definition)) {
      if (problems.has(keyOf(file)) || !isUsed(file, config)) continue;
      const problem = await problemOf(file, project, question);
      if (problem !== undefined) problems.set(keyOf(file), problem);
    }
    return (file) => problems.get(keyOf(file));
  };
}

function isUsed(file: NamedFile, { actions = [], fallback, schemas }: WorkerConfig): boolean {
  if (file.kind === "schema") return typeof schemas === "string";
  if (file.kind === "snippet")
    return [...actions, fallback].some((action) => action?.promptFrom !== undefined);
  const action = actions.find(({ name }) => name === file.agent.value) ?? fallback;
  return action?.promptFrom === "agent_file";
}

async function problemOf(
  file: NamedFile,
  project: Project,
  question: ProjectQuestion,
): Promise<string | undefined> {
  try {
    if (file.kind === "schema") await project.schema(file.name, question);
    else if (file.kind === "snippet") await project.snippets([file.name], question);
    else await project.agent(file.agent, { ...question, pluginDirs: file.pluginDirs });
    return undefined;
  } catch (error) {
    if (isRunfleetError(error)) return error.message;
    throw error;
  }
}

function keyOf(file: NamedFile): string {
  return JSON.stringify(file);
}
