/** What a child run is made of: the published workflow, what its parent asks for, and what it takes over from it. */
import type { InputPiece, NewRun, RunRecord, RunStore, StartChild } from "@runfleet/model";
import { limitsOfRun, RunfleetError, resolveInputs } from "@runfleet/model";
import { type SecretBox, sealInputs } from "@runfleet/store";
import type { Definitions } from "./definitions.js";

interface ChildRunPorts {
  readonly store: Pick<RunStore, "findWorkflow" | "readSealed">;
  readonly definitions: Definitions;
  readonly secrets: SecretBox;
  readonly now: () => number;
}

/** Throws `workflow_not_found`, `invalid_input`, `secret_unreadable`. */
export async function childRun(
  parent: RunRecord,
  command: StartChild,
  ports: ChildRunPorts,
): Promise<NewRun> {
  const published = await ports.store.findWorkflow(command.workflow);
  if (published === undefined) {
    throw new RunfleetError("workflow_not_found", `workflow "${command.workflow}" is not published`);
  }
  const definition = await ports.definitions.definition(published.hash);
  const { secretInputs = {} } = command;
  const given = { ...command.inputs, ...(await putTogether(parent, secretInputs, ports)) };
  const resolved = resolveInputs(definition.inputs, given);
  if (!resolved.ok) {
    throw new RunfleetError(
      "invalid_input",
      `workflow "${command.workflow}" needs input ${resolved.missing.join(", ")}`,
    );
  }
  const stored = sealInputs(ports.secrets, `run ${command.childId}`, {
    ...{ definition, inputs: resolved.inputs, alsoSecret: Object.keys(secretInputs) },
  });
  const timeoutMs = command.timeoutMs ?? definition.timeoutMs;
  const identity = command.identity ?? parent.identity;
  return {
    id: command.childId,
    workflow: definition.name,
    definitionHash: published.hash,
    parentId: parent.id,
    parentAddress: command.address,
    parentPool: parent.pool,
    rootId: parent.rootId,
    depth: parent.depth + 1,
    ...stored,
    dryRun: parent.dryRun,
    failFast: parent.failFast,
    stepTimeoutMs: parent.stepTimeoutMs,
    pluginDirs: parent.pluginDirs,
    triggeredByHook: false,
    pool: definition.pool ?? parent.pool,
    createdAt: ports.now(),
    ...limitsOfRun(definition, stored.inputs),
    ...(parent.label === undefined ? {} : { label: parent.label }),
    ...(parent.model === undefined ? {} : { model: parent.model }),
    ...(parent.priority === undefined ? {} : { priority: parent.priority }),
    ...(identity === undefined ? {} : { identity }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** Inputs that secrets of the parent go into; asks for them only when there are any. */
async function putTogether(
  parent: RunRecord,
  secretInputs: NonNullable<StartChild["secretInputs"]>,
  { store, secrets }: ChildRunPorts,
): Promise<Record<string, string>> {
  const entries = Object.entries(secretInputs);
  if (entries.length === 0) return {};
  const values = secrets.open(`run ${parent.id}`, await store.readSealed(parent.id));
  const textOf = (piece: InputPiece): string =>
    typeof piece === "string" ? piece : (values[piece.secret] ?? "");
  return Object.fromEntries(entries.map(([name, pieces]) => [name, pieces.map(textOf).join("")]));
}
