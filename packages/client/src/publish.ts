/**
 * Publishes workflows: text is parsed, every definition validated (the workflows it calls included), and all of them
 * stored together, or none. A definition is stored once under the hash of its content; publishing names it.
 */
import {
  type Diagnostic,
  formatDiagnostics,
  type Positions,
  parseWorkflow,
  validateDefinition,
} from "@runfleet/language";
import { type Definition, definitionSchema, limits, RunfleetError } from "@runfleet/model";
import { definitionHash } from "@runfleet/store";
import { calledWorkflows } from "./called-workflows.js";
import { checkBytes, checkName } from "./check-start-options.js";
import type { WorkflowSource } from "./client-options.js";
import type { Connections } from "./connections.js";

/** A checked definition, ready to be stored. */
export interface Version {
  readonly definition: Definition;
  readonly hash: string;
  readonly json: string;
}

/** Throws `invalid_definition` with all diagnostics, `too_large`. Writes nothing. */
export async function prepareVersions(
  connections: Connections,
  workflows: readonly (Definition | WorkflowSource)[],
): Promise<readonly Version[]> {
  const parsed = workflows.map(readWorkflow);
  const known = new Map(parsed.map(({ definition }) => [definition.name, definition]));
  refuseTwins(parsed);
  await addPublished(connections, known);
  for (const { definition, source, file, positions } of parsed) {
    const diagnostics = validateDefinition(definition, {
      workflows: (name) => known.get(name),
      ...(positions === undefined ? {} : { positions }),
    });
    refuseErrors({ diagnostics: withFile(diagnostics, file), source, name: definition.name });
  }
  return parsed.map(({ definition }) => toVersion(definition));
}

/** Everything that is to be said about a workflow, best known or not; errors do not throw. Writes nothing. */
export async function diagnose(
  connections: Connections,
  workflow: Definition | WorkflowSource,
): Promise<readonly Diagnostic[]> {
  const read = "source" in workflow ? parseWorkflow(workflow.source, fileOf(workflow)) : undefined;
  const definition = "source" in workflow ? read?.definition : workflow;
  const found = read?.diagnostics ?? [];
  if (definition === undefined) return found;
  const known = new Map([[definition.name, definition]]);
  await addPublished(connections, known);
  const positions = read?.positions;
  const further = validateDefinition(definition, {
    workflows: (name) => known.get(name),
    ...(positions === undefined ? {} : { positions }),
  });
  return [...found, ...further];
}

function fileOf({ file }: WorkflowSource): { readonly file?: string } {
  return file === undefined ? {} : { file };
}

export async function storeVersions({ store }: Connections, versions: readonly Version[]): Promise<void> {
  await store.publish(versions.map(({ definition, hash, json }) => ({ name: definition.name, hash, json })));
}

interface ReadWorkflow {
  readonly definition: Definition;
  readonly source?: string;
  readonly file?: string;
  readonly positions?: Positions;
}

function readWorkflow(workflow: Definition | WorkflowSource): ReadWorkflow {
  if (!("source" in workflow)) return { definition: workflow };
  const { source, file } = workflow;
  checkBytes({
    what: `workflow text ${file ?? ""}`.trim(),
    text: source,
    bytesMax: limits.definitionBytesMax,
  });
  const { definition, diagnostics, positions } = parseWorkflow(source, fileOf(workflow));
  refuseErrors({ diagnostics, source, name: file ?? "the workflow" });
  if (definition === undefined)
    throw new RunfleetError("internal", "the parser gave neither a definition nor an error");
  return { definition, source, positions, ...(file === undefined ? {} : { file }) };
}

/** Through the schema: a definition built by hand gets the same shape, the same order of members, the same hash. */
function toVersion(definition: Definition): Version {
  const checked = definitionSchema.safeParse(definition);
  if (!checked.success) {
    throw new RunfleetError(
      "invalid_definition",
      `the definition has the wrong shape: ${checked.error.message}`,
    );
  }
  checkName("workflow name", checked.data.name);
  const json = JSON.stringify(checked.data);
  checkBytes({
    what: `definition of "${checked.data.name}"`,
    text: json,
    bytesMax: limits.definitionBytesMax,
  });
  return { definition: checked.data, hash: definitionHash(json), json };
}

function refuseTwins(parsed: readonly ReadWorkflow[]): void {
  const names = parsed.map(({ definition }) => definition.name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin === undefined) return;
  const files = parsed
    .filter(({ definition }) => definition.name === twin)
    .map(({ file }) => file ?? "(no file)");
  throw new RunfleetError("invalid_definition", `two workflows are named "${twin}": ${files.join(", ")}`);
}

/** Adds the published definitions of every workflow that is called and not known, and of those they call. */
async function addPublished({ store }: Connections, known: Map<string, Definition>): Promise<void> {
  const asked = new Set<string>();
  const queue = [...known.values()].flatMap(calledWorkflows);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (known.has(name) || asked.has(name)) continue;
    asked.add(name);
    const published = await store.findWorkflow(name);
    const json = published === undefined ? undefined : await store.readDefinition(published.hash);
    if (json === undefined) continue;
    const definition = JSON.parse(json) as Definition;
    known.set(name, definition);
    queue.push(...calledWorkflows(definition));
  }
}

function withFile(diagnostics: readonly Diagnostic[], file: string | undefined): Diagnostic[] {
  return diagnostics.map((diagnostic) => (file === undefined ? diagnostic : { file, ...diagnostic }));
}

function refuseErrors(checked: {
  readonly diagnostics: readonly Diagnostic[];
  readonly source: string | undefined;
  readonly name: string;
}): void {
  const { diagnostics, source, name } = checked;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const text =
    source === undefined
      ? errors.map(({ message }) => message).join("\n")
      : formatDiagnostics(errors, source);
  throw new RunfleetError("invalid_definition", `${name} cannot be used:\n${text.trimEnd()}`, {
    details: { diagnostics },
  });
}
