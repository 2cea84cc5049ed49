/**
 * What this worker can do, looked up by name: actions with one fallback, gate resolvers, item providers.
 * Refuses a name that is registered twice. Does not run anything.
 */
import { doubtGateType, RunfleetError, type RunStore } from "@runfleet/model";
import type { AnyAction } from "./action.js";
import { createProject, type Project } from "./agent/project.js";
import type { GateResolver, ItemProvider, WorkerConfig } from "./config.js";
import { httpGate } from "./gates/http-gate.js";
import { jsonItems } from "./items/json.js";
import { rangeItems } from "./items/range.js";
import { workflowRunItems } from "./items/workflow-runs.js";

export interface Registry {
  action(name: string): AnyAction | undefined;
  gate(type: string): GateResolver | undefined;
  items(provider: string): ItemProvider | undefined;
  /** Names for messages, sorted. */
  readonly actionNames: readonly string[];
  readonly itemProviderNames: readonly string[];
  /** Agent files, snippets and schemas, which are looked up when they are needed. */
  readonly project: Project;
}

/** `store` is what `workflow_runs` lists; without one, that provider refuses. */
export function createRegistry(
  config: WorkerConfig,
  store?: Pick<RunStore, "listRuns" | "claimItem" | "readRun">,
): Registry {
  const actions = actionsByName(config.actions ?? []);
  if (config.fallback !== undefined) checkEffect(config.fallback);
  const gates = new Map(Object.entries<GateResolver>({ http: httpGate(), ...config.gates }));
  if (gates.has(doubtGateType)) {
    throw new RunfleetError(
      "invalid_config",
      `"${doubtGateType}" is the gate of steps in doubt; give your resolver another name`,
    );
  }
  const items = new Map(
    Object.entries<ItemProvider>({
      json: jsonItems,
      range: rangeItems,
      workflow_runs: workflowRunItems({ store, now: Date.now }),
      ...config.items,
    }),
  );
  return {
    action: (name) => actions.get(name) ?? config.fallback,
    gate: (type) => gates.get(type),
    items: (provider) => items.get(provider),
    actionNames: [...actions.keys()].sort(),
    itemProviderNames: [...items.keys()].sort(),
    project: createProject(config),
  };
}

/** Under its name and the names it had before. */
function actionsByName(given: readonly AnyAction[]): ReadonlyMap<string, AnyAction> {
  const actions = new Map<string, AnyAction>();
  for (const action of given) {
    checkEffect(action);
    for (const name of namesOf(action)) {
      if (actions.has(name)) {
        throw new RunfleetError(
          "invalid_config",
          `action "${name}" is registered twice; give one another name`,
        );
      }
      actions.set(name, action);
    }
  }
  return actions;
}

/** Text instead of a list would be taken letter by letter. */
function namesOf({ name, aliases = [] }: AnyAction): readonly string[] {
  if (Array.isArray(aliases) && aliases.every((alias) => typeof alias === "string" && alias !== "")) {
    return [name, ...aliases];
  }
  throw new RunfleetError(
    "invalid_config",
    `the aliases of action "${name}" must be a list of names, for example ["charge-card"]`,
  );
}

/** Configurations are not always typed, and a misspelt effect would let an action run twice. */
function checkEffect({ name, effect = "idempotent", probe }: AnyAction): void {
  if (effect !== "idempotent" && effect !== "at-most-once") {
    throw new RunfleetError(
      "invalid_config",
      `action "${name}" has the effect "${String(effect)}"; write "idempotent" or "at-most-once"`,
    );
  }
  if (probe === undefined || effect === "at-most-once") return;
  throw new RunfleetError(
    "invalid_config",
    `action "${name}" has a probe, which only an action with effect "at-most-once" is asked for; add the effect or remove the probe`,
  );
}
