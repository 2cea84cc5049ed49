/**
 * What a worker's project holds for its steps besides code: agent files, prompt snippets, output schemas. Knows in which
 * folders they lie and in which order these are looked through; parsing and reading are done elsewhere.
 */
import { resolve } from "node:path";
import { type OutputSchema, readOutputSchema } from "@runfleet/engine";
import { type AgentRef, RunfleetError } from "@runfleet/model";
import type { RunFacts, WorkerConfig } from "../config.js";
import { type AgentFile, parseAgentFile, parseYaml } from "./agent-file.js";
import { checkedRelativePath, readProjectFile } from "./project-files.js";

/** For which run something is looked up. */
export interface ProjectQuestion {
  readonly run: RunFacts;
  /** The working directory the run's context names; it is looked through before the project itself. */
  readonly workingDir?: string | undefined;
}

export interface Project {
  /** Throws `invalid_config` when there is no such file or it cannot be used. */
  agent(
    agent: AgentRef,
    question: ProjectQuestion & { readonly pluginDirs: readonly string[] },
  ): Promise<AgentFile>;
  /** The texts in the order of their names. Throws `invalid_config` as `agent` does. */
  snippets(names: readonly string[], question: ProjectQuestion): Promise<readonly string[]>;
  /** The schema, or nothing when this worker checks none. Throws `invalid_config` as `agent` does. */
  schema(name: string, question: ProjectQuestion): Promise<OutputSchema | undefined>;
}

const markdown = [".md"];
const yaml = [".yaml", ".yml", ".json"];
/** Where other programs that run agents keep theirs as well. */
const agentFolders = ["agents", ".claude/agents"];
const promptFolders = ["prompts"];

export function createProject(config: WorkerConfig): Project {
  const root = resolve(config.root ?? ".");
  const rootsFor = ({ workingDir }: ProjectQuestion): string[] => [
    ...new Set([...(workingDir === undefined ? [] : [workingDir]), root]),
  ];
  const agents = listOf(config.agents ?? agentFolders);
  const prompts = listOf(config.prompts ?? promptFolders);

  return {
    async agent({ kind, value }, question) {
      const plugins = question.pluginDirs.map((dir) => checkedRelativePath("plugin directory", dir));
      const folders = [
        ...ofWorkflow(agents, question),
        ...agents,
        ...plugins.flatMap((dir) => [`${dir}/agents`, dir]),
      ];
      // A path without a folder is a path too: it lies in the root.
      const name = kind === "path" && !/[\\/]/.test(value) ? `./${value}` : value;
      const wanted = { what: "agent file", name, folders, endings: markdown };
      const { path, text } = await readProjectFile(wanted, rootsFor(question));
      return parseAgentFile(text, path);
    },

    async snippets(names, question) {
      const folders = [...ofWorkflow(prompts, question), ...prompts];
      const roots = rootsFor(question);
      const files = names.map((name) =>
        readProjectFile({ what: "snippet", name, folders, endings: markdown }, roots),
      );
      return (await Promise.all(files)).map(({ text }) => text);
    },

    async schema(name, question) {
      const { schemas } = config;
      if (schemas === undefined) return undefined;
      if (typeof schemas === "function") {
        return checkedSchema(name, await schemas(name, question.run), "the function `schemas`");
      }
      const folders = [...ofWorkflow([schemas], question), schemas];
      const wanted = { what: "output schema", name, folders, endings: yaml };
      const { path, text } = await readProjectFile(wanted, rootsFor(question));
      return checkedSchema(name, parseYaml(text, path), path);
    },
  };
}

function listOf(folders: string | readonly string[]): readonly string[] {
  return typeof folders === "string" ? [folders] : folders;
}

/** What belongs to one workflow lies in a folder of its name; a name that is a way somewhere else has none. */
function ofWorkflow(folders: readonly string[], { run }: ProjectQuestion): string[] {
  if (/[\\/\0]|^\.+$/.test(run.workflow)) return [];
  return folders.map((folder) => `${folder}/${run.workflow}`);
}

function checkedSchema(name: string, data: unknown, origin: string): OutputSchema {
  if (data === undefined) {
    throw new RunfleetError("invalid_config", `output schema "${name}" is unknown to ${origin}`);
  }
  const { schema, problems } = readOutputSchema(name, data);
  if (schema !== undefined) return schema;
  throw new RunfleetError(
    "invalid_config",
    `output schema "${name}" (${origin}) cannot be used: ${problems.join("; ")}`,
  );
}
