/**
 * What will be registered where open runs go on: for a workflow whose file is deployed, what the configuration nearest to
 * that file names; for one that no file brings, what any of these configurations names. Loads configurations, decides nothing.
 */
import { join } from "node:path";
import type { Registered } from "@runfleet/language";
import type { CheckedFile } from "./check-files.js";
import type { KnownNames } from "./known-names.js";

export interface DeployedNames {
  readonly namesOf: (workflow: string) => Registered;
  /** Whether any configuration was found. */
  readonly areKnown: boolean;
}

/** Without files the configuration nearest to `cwd` counts. */
export async function findDeployedNames(
  checked: readonly CheckedFile[],
  namesFor: (file: string) => Promise<KnownNames>,
  cwd: string,
): Promise<DeployedNames> {
  const byWorkflow = new Map<string, Registered>();
  const found = new Set<KnownNames>();
  for (const { file, definition } of checked) {
    const names = await namesFor(file.path);
    found.add(names);
    if (definition !== undefined) byWorkflow.set(definition.name, names.context);
  }
  if (checked.length === 0) found.add(await namesFor(join(cwd, "x")));
  const all = together([...found].map(({ context }) => context));
  return {
    namesOf: (workflow) => byWorkflow.get(workflow) ?? all,
    areKnown: [...found].some(({ configFile }) => configFile !== undefined),
  };
}

/** Names that nobody told stay unknown, so that nothing is held to them. */
function together(contexts: readonly Registered[]): Registered {
  const sets = ["actions", "gateTypes", "itemProviders"] as const;
  const known = sets.flatMap((kind) => {
    const told = contexts.flatMap((context) => context[kind] ?? []);
    return told.length === 0 ? [] : [[kind, new Set(told.flatMap((names) => [...names]))]];
  });
  return {
    ...Object.fromEntries(known),
    hasFallbackAction: contexts.some(({ hasFallbackAction }) => hasFallbackAction === true),
  };
}
