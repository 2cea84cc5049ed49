/**
 * Whether the agent files, snippets and output schemas that steps name are there, as far as somebody knows who can look
 * at files. Where a name is written is where its finding stands: once for a block, not once per call in it.
 */
import type { AgentRef, Definition, Node, ParallelBranch } from "@runfleet/model";
import { walkNodes } from "../definition/walk-nodes.js";
import type { Find } from "./finding.js";
import type { ValidationContext } from "./validation-context.js";

export type NamedFile =
  | { readonly kind: "agent"; readonly agent: AgentRef; readonly pluginDirs: readonly string[] }
  | { readonly kind: "snippet"; readonly name: string }
  | { readonly kind: "schema"; readonly name: string };

interface PlacedFile {
  readonly file: NamedFile;
  readonly path: string;
}

/** Every file that steps name, as often as they do. */
export function namedFiles(definition: Definition): readonly NamedFile[] {
  return placedFiles(definition).map(({ file }) => file);
}

export function checkNamedFiles(definition: Definition, { files }: ValidationContext, find: Find): void {
  if (files === undefined) return;
  for (const { file, path } of placedFiles(definition)) {
    const problem = files(file);
    if (problem === undefined) continue;
    find({ code: file.kind === "agent" ? "missing_agent_file" : "missing_file", path, message: problem });
  }
}

function placedFiles(definition: Definition): PlacedFile[] {
  return [...walkNodes(definition)].flatMap(({ node, path }) => [
    ...agentsOf(node, path),
    ...snippetsAndSchemas(node, path),
  ]);
}

function agentsOf(node: Node | ParallelBranch, path: string): PlacedFile[] {
  const placed: PlacedFile[] = [];
  if (node.kind === "call") {
    const { agent, pluginDirs } = node;
    placed.push({ file: { kind: "agent", agent, pluginDirs }, path: `${path}:name` });
  }
  if (
    (node.kind === "call" || node.kind === "script" || node.kind === "child") &&
    node.onFail?.kind === "agent"
  ) {
    const { agent } = node.onFail;
    placed.push({ file: { kind: "agent", agent, pluginDirs: [] }, path: `${path}:on_fail` });
  }
  return placed;
}

function snippetsAndSchemas(node: Node | ParallelBranch, path: string): PlacedFile[] {
  if (node.kind !== "call" && node.kind !== "sequence" && node.kind !== "parallel") return [];
  const snippets = node.with.map((name) => ({
    file: { kind: "snippet" as const, name },
    path: `${path}:with`,
  }));
  if (node.output === undefined) return snippets;
  return [...snippets, { file: { kind: "schema", name: node.output }, path: `${path}:output` }];
}
