/** Definitions of runs by content hash, parsed and compiled once per worker; the newest used are kept. */
import type { Plan } from "@runfleet/engine";
import { compile } from "@runfleet/engine";
import type { Definition, RunStore } from "@runfleet/model";
import { definitionSchema, RunfleetError } from "@runfleet/model";

/** Compiled definitions kept: more than a fleet has workflows, less than memory notices. */
const plansMax = 500;

export interface Definitions {
  plan(hash: string): Promise<Plan>;
  definition(hash: string): Promise<Definition>;
}

export function createDefinitions(store: Pick<RunStore, "readDefinition">): Definitions {
  const cache = new Map<string, Promise<{ definition: Definition; plan: Plan }>>();

  const load = async (hash: string): Promise<{ definition: Definition; plan: Plan }> => {
    const json = await store.readDefinition(hash);
    if (json === undefined) {
      throw new RunfleetError(
        "workflow_not_found",
        `the definition ${hash.slice(0, 12)} of this run is not in the store`,
      );
    }
    const definition = definitionSchema.parse(JSON.parse(json));
    return { definition, plan: compile(definition) };
  };

  const cached = (hash: string): Promise<{ definition: Definition; plan: Plan }> => {
    const known = cache.get(hash) ?? load(hash);
    cache.delete(hash);
    cache.set(hash, known);
    known.catch(() => cache.delete(hash));
    const oldest = cache.keys().next();
    if (cache.size > plansMax && oldest.done === false) cache.delete(oldest.value);
    return known;
  };

  return {
    plan: (hash) => cached(hash).then(({ plan }) => plan),
    definition: (hash) => cached(hash).then(({ definition }) => definition),
  };
}
