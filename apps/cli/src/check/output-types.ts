/**
 * The TypeScript of what the steps of a definition put out, as far as output schemas say it: read as a worker with this
 * configuration would. Steps without a schema are not there.
 */
import { compile, type OutputField, type OutputType } from "@runfleet/engine";
import type { OutputOfStep } from "@runfleet/language";
import { agentKey, type Definition } from "@runfleet/model";
import type { WorkerConfig } from "@runfleet/worker";

/** Throws `invalid_config` for a schema that is missing or wrong. */
export type OutputTypes = (definition: Definition) => Promise<readonly OutputOfStep[]>;

/** A function that gives schemas decides when a step runs; only a folder of them says something before. */
export function outputTypesOf(config: WorkerConfig): OutputTypes {
  return async (definition) => {
    if (typeof config.schemas !== "string") return [];
    const project = (await import("@runfleet/worker")).createProject(config);
    const question = { run: { id: "", workflow: definition.name, inputs: {} } };
    const ofStep = new Map<string, Set<string>>();
    for (const { step, output } of callsOf(definition)) {
      const schema = output === undefined ? undefined : await project.schema(output, question);
      const types = ofStep.get(step) ?? new Set();
      ofStep.set(step, types.add(schema === undefined ? "unknown" : objectType(schema.fields)));
    }
    return [...ofStep]
      .filter(([, types]) => !types.has("unknown"))
      .map(([step, types]) => ({ step, type: [...types].join(" | ") }));
  };
}

/** Every call with the schema it has, its own or that of the blocks around it. */
function callsOf(definition: Definition): { readonly step: string; readonly output: string | undefined }[] {
  return [...compile(definition).nodes.values()].flatMap((node) =>
    node.kind === "call" ? [{ step: agentKey(node.agent), output: node.output }] : [],
  );
}

function objectType(fields: readonly OutputField[]): string {
  const members = fields.map(
    ({ name, isRequired, type }) => `readonly ${keyOf(name)}${isRequired ? "" : "?"}: ${typeText(type)}`,
  );
  return `{ ${members.join("; ")} }`;
}

function typeText(type: OutputType): string {
  switch (type.kind) {
    case "string":
    case "number":
    case "boolean":
      return type.kind;
    case "enum":
      return type.values.map((value) => JSON.stringify(value)).join(" | ");
    case "array":
      return `ReadonlyArray<${type.items === undefined ? "unknown" : typeText(type.items)}>`;
    case "object":
      return objectType(type.fields);
    default:
      return type satisfies never;
  }
}

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
