/**
 * What is registered where a workflow file is meant to run: the names in the configuration nearest to it. A file without
 * a configuration is checked without them.
 */
import { dirname } from "node:path";
import { builtinItemProviders, type Registered } from "@runfleet/language";
import { findConfigFile, type Place } from "../home.js";
import { type LoadedConfig, loadConfig } from "../load-config.js";
import { type OutputTypes, outputTypesOf } from "./output-types.js";
import { type FileProblems, fileProblemsOf } from "./project-files.js";

export interface KnownNames {
  /** Absolute; absent when there is no configuration. */
  readonly configFile?: string;
  /** True when the configuration decides only at run time in which folder scripts run. */
  readonly hasOwnFolder: boolean;
  /** Looks at the files that a definition's steps name; absent when nothing is known about them. */
  readonly fileProblems?: FileProblems;
  /** What the steps of a definition put out; absent when there is no configuration. */
  readonly outputTypes?: OutputTypes;
  readonly context: Registered;
}

const nothingKnown: KnownNames = { hasOwnFolder: false, context: {} };

/** Loads each configuration once. `named` is used for every file. Rejects with `invalid_config`. */
export function createKnownNames(
  named: string | undefined,
  { env, cwd }: Place,
): (file: string) => Promise<KnownNames> {
  const byFolder = new Map<string, string | undefined>();
  const loaded = new Map<string, Promise<KnownNames>>();
  const load = (config: string): Promise<KnownNames> => {
    const before = loaded.get(config) ?? loadConfig(config, { env, cwd }).then(namesOf);
    loaded.set(config, before);
    return before;
  };
  return (file) => {
    const folder = dirname(file);
    if (!byFolder.has(folder)) {
      byFolder.set(folder, named ?? findConfigFile({ env, cwd: folder }) ?? findConfigFile({ env, cwd }));
    }
    const config = byFolder.get(folder);
    return config === undefined ? Promise.resolve(nothingKnown) : load(config);
  };
}

function namesOf({ config, file }: LoadedConfig): KnownNames {
  const { actions = [], fallback, gates = {}, items = {}, runContext } = config;
  return {
    ...(file === undefined ? {} : { configFile: file }),
    hasOwnFolder: runContext !== undefined,
    // A run that works elsewhere may find there what is not here.
    ...(runContext === undefined ? { fileProblems: fileProblemsOf(config) } : {}),
    outputTypes: outputTypesOf(config),
    context: {
      actions: new Set(actions.flatMap(({ name, aliases = [] }) => [name, ...aliases])),
      hasFallbackAction: fallback !== undefined,
      gateTypes: new Set(Object.keys(gates)),
      itemProviders: new Set([...builtinItemProviders, ...Object.keys(items)]),
    },
  };
}
