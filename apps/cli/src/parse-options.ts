/** Option texts as values: durations, numbers, inputs. Every refusal is `invalid_usage` and names the option. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { InputValues } from "@runfleet/client";
import { parseDuration, RunfleetError } from "@runfleet/model";

function usageError(message: string): RunfleetError {
  return new RunfleetError("invalid_usage", message);
}

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** A parser of whole numbers within bounds, for the option of this name. */
export function wholeNumber(
  option: string,
  bounds: { readonly min: number; readonly max: number },
): (text: string) => number {
  const { min, max } = bounds;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw usageError(`${option} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
  };
}

/** A parser of durations (`90s`, `1h30m`; a bare number is seconds) to milliseconds, for the option of this name. */
export function duration(option: string): (text: string) => number {
  return (text) => {
    const valueMs = parseDuration(text);
    if (valueMs !== undefined) return valueMs;
    throw usageError(`${option} must be a duration like 90s or 1h30m, not ${JSON.stringify(text)}`);
  };
}

/** Words between commas. */
export function words(text: string): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** Inputs of a file (a JSON object) and of `name=value` texts; the latter win. */
export async function readInputs(given: {
  readonly pairs: readonly string[];
  readonly file: string | undefined;
  readonly cwd: string;
}): Promise<InputValues> {
  const { pairs, file, cwd } = given;
  const inputs: Record<string, string | number | boolean> =
    file === undefined ? {} : await readInputsFile(resolve(cwd, file));
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals < 1)
      throw usageError(`--input must look like name=value, not ${JSON.stringify(pair.slice(0, 100))}`);
    inputs[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return inputs;
}

async function readInputsFile(file: string): Promise<Record<string, string | number | boolean>> {
  const value = parseJson(await readText(file), file);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw usageError(`${file} must hold a JSON object of inputs`);
  }
  const inputs: Record<string, string | number | boolean> = {};
  for (const [name, input] of Object.entries(value)) {
    const isScalar = typeof input === "string" || typeof input === "number" || typeof input === "boolean";
    // Inputs are text: a list or an object travels as its JSON.
    inputs[name] = isScalar ? input : JSON.stringify(input);
  }
  return inputs;
}

/** A JSON value. Throws `invalid_usage` naming where the text came from. */
export function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable(`${from} is not JSON`, cause);
  }
}

async function readText(file: string): Promise<string> {
  try {
    // Some programs put a byte order mark in front.
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw unusable(`cannot read ${file}`, cause);
  }
}

function unusable(what: string, cause: unknown): RunfleetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunfleetError("invalid_usage", `${what}: ${reason}`, { cause });
}
