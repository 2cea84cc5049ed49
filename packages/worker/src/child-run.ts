/** What a child run is made of: the published workflow, what its parent asks for, and what it takes over from it. */
import type { NewRun, RunRecord, RunStore, StartChild } from "@runfleet/model";
import { limitsOfRun, RunfleetError, resolveInputs } from "@runfleet/model";
import type { Definitions } from "./definitions.js";

interface ChildRunPorts {
  readonly store: Pick<RunStore, "findWorkflow">;
  readonly definitions: Definitions;
  readonly now: () => number;
}

/** Throws `workflow_not_found`, `invalid_input`. */
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
  const resolved = resolveInputs(definition.inputs, command.inputs);
  if (!resolved.ok) {
    throw new RunfleetError(
      "invalid_input",
      `workflow "${command.workflow}" needs input ${resolved.missing.join(", ")}`,
    );
  }
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
    inputs: resolved.inputs,
    dryRun: parent.dryRun,
    failFast: parent.failFast,
    stepTimeoutMs: parent.stepTimeoutMs,
    pluginDirs: parent.pluginDirs,
    triggeredByHook: false,
    pool: definition.pool ?? parent.pool,
    createdAt: ports.now(),
    ...limitsOfRun(definition, resolved.inputs),
    ...(parent.label === undefined ? {} : { label: parent.label }),
    ...(parent.model === undefined ? {} : { model: parent.model }),
    ...(parent.priority === undefined ? {} : { priority: parent.priority }),
    ...(identity === undefined ? {} : { identity }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}
