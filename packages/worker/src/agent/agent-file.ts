/**
 * An agent file: markdown, with an optional head in YAML between two lines of `---`:
 *
 *   role: actor            actor or reviewer (default); only an actor may change what it works on
 *   can_commit: true       only for actors
 *   model: large           unless the run names one
 *   runtime: codex         handed to whatever runs agents
 *
 * Other keys belong to other programs and are left alone.
 */
import { RunfleetError } from "@runfleet/model";
import { parse } from "yaml";

export interface AgentFile {
  readonly role: "actor" | "reviewer";
  readonly canCommit: boolean;
  readonly model?: string;
  readonly runtime?: string;
  /** The prompt, placeholders as written. */
  readonly body: string;
}

const headed = /^---[ \t]*\n(?:([\s\S]*?)\n)?---[ \t]*(?:\n|$)/;

/** The file's head and body. Throws `invalid_config` that names the file and the key. */
export function parseAgentFile(text: string, path: string): AgentFile {
  const [whole, yaml] = headed.exec(text) ?? [];
  if (whole === undefined && /^---[ \t]*\n/.test(text)) {
    throw invalid(path, "its head has no end: close it with a line of ---");
  }
  const head = headOf(yaml ?? "", path);
  const role = head["role"] ?? "reviewer";
  const canCommit = head["can_commit"] ?? false;
  if (role !== "actor" && role !== "reviewer") {
    throw invalid(path, `role is ${JSON.stringify(role)}; it must be actor or reviewer`);
  }
  if (typeof canCommit !== "boolean") throw invalid(path, "can_commit must be true or false");
  if (canCommit && role !== "actor") {
    throw invalid(path, "can_commit needs role: actor, a reviewer changes nothing");
  }
  return {
    ...{ role, canCommit, body: text.slice(whole?.length ?? 0).trim() },
    ...textOf(head, "model", path),
    ...textOf(head, "runtime", path),
  };
}

function headOf(yaml: string, path: string): Readonly<Record<string, unknown>> {
  const head = parseYaml(yaml, path) ?? {};
  if (typeof head === "object" && !Array.isArray(head)) return head as Record<string, unknown>;
  throw invalid(path, "its head must be a map of keys and values");
}

/** Plain data from YAML text. Throws `invalid_config` with the file and the line. */
export function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw noYaml(path, error);
  }
}

function noYaml(path: string, cause: unknown): RunfleetError {
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  return new RunfleetError("invalid_config", `${path} is no YAML: ${reason}`, { cause });
}

function textOf<K extends string>(
  head: Readonly<Record<string, unknown>>,
  key: K,
  path: string,
): { [P in K]?: string } {
  const value = head[key];
  if (value === undefined || value === null) return {};
  if (typeof value !== "string") throw invalid(path, `${key} must be a text`);
  return { [key]: value } as { [P in K]: string };
}

function invalid(path: string, reason: string): RunfleetError {
  return new RunfleetError("invalid_config", `agent file ${path}: ${reason}`);
}
