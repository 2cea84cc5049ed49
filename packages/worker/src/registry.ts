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
  const actions = new Map<string, AnyAction>();
  for (const action of config.actions ?? []) {
    if (actions.has(action.name)) {
      throw new RunfleetError(
        "invalid_config",
        `action "${action.name}" is registered twice; give one another name`,
      );
    }
    checkEffect(action);
    actions.set(action.name, action);
  }
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
