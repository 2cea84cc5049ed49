/**
 * Loads a worker's configuration (`runfleet.config.ts`, `.mts`, `.js`, `.mjs`). TypeScript goes through jiti on every
 * Node version, so that a configuration behaves alike on Node 20, which cannot import it, and on later ones.
 */
import { existsSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RunfleetError } from "@runfleet/model";
import type { WorkerConfig } from "@runfleet/worker";
import { createJiti } from "jiti";
import { findConfigFile, type Place } from "./home.js";

export interface LoadedConfig {
  readonly config: WorkerConfig;
  /** Absent: there is no file, the configuration is empty. */
  readonly file?: string;
  /** Absolute path of the folder whose `.wf` files `dev` publishes. */
  readonly workflowsFolder?: string;
}

/**
 * The named file, else the nearest one, else an empty configuration.
 * Throws `invalid_config` when the file is missing, fails while loading, or does not export an object by default.
 */
export async function loadConfig(named: string | undefined, place: Place): Promise<LoadedConfig> {
  const file = named === undefined ? findConfigFile(place) : resolve(place.cwd, named);
  if (file === undefined) return { config: {} };
  if (!existsSync(file)) throw new RunfleetError("invalid_config", `there is no configuration file ${file}`);
  const exported = await importDefault(file);
  if (typeof exported !== "object" || exported === null) {
    throw new RunfleetError(
      "invalid_config",
      `${file} must export its configuration by default: export default defineConfig({ … })`,
    );
  }
  const given: WorkerConfig = exported;
  const config = { ...given, root: resolve(dirname(file), given.root ?? ".") };
  const folder = config.workflows;
  return {
    config,
    file,
    ...(folder === undefined ? {} : { workflowsFolder: resolve(dirname(file), folder) }),
  };
}

async function importDefault(file: string): Promise<unknown> {
  try {
    if (![".ts", ".mts"].includes(extname(file))) return await importNative(file);
    // Without a file cache: nothing may be written beside the project for reading its configuration.
    const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false });
    return defaultOf(await jiti.import(file));
  } catch (cause) {
    throw cannotLoad(file, cause);
  }
}

function cannotLoad(file: string, cause: unknown): RunfleetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunfleetError("invalid_config", `${file} cannot be loaded: ${reason}`, { cause });
}

async function importNative(file: string): Promise<unknown> {
  return defaultOf(await import(pathToFileURL(file).href));
}

function defaultOf(module: unknown): unknown {
  return (module as { default?: unknown } | null)?.default;
}
