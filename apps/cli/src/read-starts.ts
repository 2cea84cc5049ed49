/**
 * Reads the starts of a file of JSON lines: one object a line, `{ "inputs": {}, "label": "", … }`. Refuses what no start
 * knows, naming file and line; whether a workflow and its inputs exist is the fleet's to say.
 */
import { readFile } from "node:fs/promises";
import type { StartEntry, StartOptions } from "@runfleet/client";
import { RunfleetError } from "@runfleet/model";

/** Member of a line → the type its value has. */
const members: Readonly<
  Record<Exclude<keyof StartEntry, "inputs" | "pluginDirs">, "string" | "number" | "boolean" | "object">
> = {
  workflow: "string",
  label: "string",
  idempotencyKey: "string",
  priority: "number",
  delayMs: "number",
  dryRun: "boolean",
  timeoutMs: "number",
  stepTimeoutMs: "number",
  failFast: "boolean",
  pool: "string",
  model: "string",
  identity: "string",
  triggeredByHook: "boolean",
  concurrency: "object",
  rate: "object",
};

export interface ReadStart {
  /** Counted from 1. */
  readonly line: number;
  readonly entry: StartEntry;
}

/** `defaults` are what the command line says of every start; a line wins, its inputs over theirs one by one. */
export async function readStarts(
  file: string,
  defaults: StartOptions & { readonly workflow: string },
): Promise<readonly ReadStart[]> {
  const lines = (await readText(file)).split("\n");
  return lines.flatMap((text, index) => {
    if (text.trim() === "") return [];
    const line = index + 1;
    const { inputs, ...rest } = parseLine(text, `${file}:${line}`);
    return [{ line, entry: { ...defaults, ...rest, inputs: { ...defaults.inputs, ...inputs } } }];
  });
}

async function readText(file: string): Promise<string> {
  try {
    // Some programs put a byte order mark in front.
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw unusable(`cannot read ${file}`, cause);
  }
}

function parseLine(text: string, at: string): Partial<StartEntry> {
  const value = parseObject(text, at);
  for (const [name, given] of Object.entries(value)) {
    const expected = name === "inputs" ? "object" : (members as Readonly<Record<string, string>>)[name];
    if (expected === undefined) {
      const known = ["inputs", ...Object.keys(members)].join(", ");
      throw new RunfleetError("invalid_usage", `${at}: no start has "${name}"; a line may have ${known}`);
    }
    if (typeof given === expected && given !== null) continue;
    throw new RunfleetError("invalid_usage", `${at}: "${name}" must be of type ${expected}`);
  }
  return value as Partial<StartEntry>;
}

function parseObject(text: string, at: string): Record<string, unknown> {
  const value = parseJson(text, at);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new RunfleetError(
    "invalid_usage",
    `${at}: each line must be a JSON object, like {"inputs":{"pr":"7"}}`,
  );
}

function parseJson(text: string, at: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable(`${at}: not JSON`, cause);
  }
}

function unusable(what: string, cause: unknown): RunfleetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunfleetError("invalid_usage", `${what}: ${reason}`, { cause });
}
