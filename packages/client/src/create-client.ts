/** Composes the client from its calls; has no behaviour of its own. */
import { type Definition, RunfleetError } from "@runfleet/model";
import { clientArguments, clientOptions, handleArguments } from "./argument-shapes.js";
import { withBoundedCalls } from "./bounded-calls.js";
import { cancelMany, retryMany } from "./change-many.js";
import { answerGate, cancelRun, retryRun, signalRun, terminateRun } from "./change-runs.js";
import { argumentsProblem, withCheckedArguments } from "./check-arguments.js";
import type { PublishedVersion } from "./client-documents.js";
import type {
  ClientOptions,
  ScheduleOptions,
  StartDefinitionOptions,
  StartOptions,
  WorkflowSource,
} from "./client-options.js";
import { type Connections, openConnections } from "./connections.js";
import { explainRun } from "./explain-run.js";
import type { FleetClient, RunHandle, StartedRun } from "./fleet-client.js";
import { awaitResult, followEvents } from "./follow-runs.js";
import { listLimits, removeLimit, setLimit } from "./limit-workflows.js";
import { diagnose, prepareVersions, storeVersions } from "./publish.js";
import { countFleet, listGates, listRuns, listWorkflows, readFleet, readRunDocument } from "./read-runs.js";
import { readUsage } from "./read-usage.js";
import { readDefinition, readPublished } from "./run-definition.js";
import { followLog, readLog } from "./run-logs.js";
import { readScaling, setScaling } from "./scale-pools.js";
import {
  fireSchedule,
  listFirings,
  listSchedules,
  pauseSchedule,
  putSchedule,
  readSchedule,
  removeSchedule,
  resumeSchedule,
} from "./schedules.js";
import { startMany } from "./start-many.js";
import { forkRun, rerunRun } from "./start-over.js";
import { checkStart, type Started, startByName, startVersion } from "./start-run.js";
import { nameOf, type WorkflowRef } from "./workflow-ref.js";

/**
 * A client of the fleet on this Redis. Connects in the background; the first call reports an unreachable Redis.
 * Throws `invalid_usage` for an address or namespace that cannot be one, `invalid_config` for keys that are none.
 */
export function createClient(options: ClientOptions = {}): FleetClient {
  const problem = argumentsProblem("createClient", [{ name: "options", shape: clientOptions }], [options]);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
  return assembleClient(openConnections(options));
}

/**
 * A client out of its ports. Opens no connection and knows no machine; `createClient` gives it Redis, a fleet in memory its
 * twins and a clock that jumps.
 */
export function assembleClient(connections: Connections): FleetClient {
  return withBoundedCalls(withCheckedArguments(clientOn(connections), clientArguments), connections);
}

type Scheduled = Omit<ScheduleOptions, "workflow"> & {
  readonly workflow: string | WorkflowRef<unknown, unknown>;
};

function clientOn(connections: Connections): FleetClient {
  const started = (run: Started): StartedRun => startedOn(connections, run);
  return {
    start: async (workflow: string | WorkflowRef<unknown, unknown>, options: StartOptions = {}) =>
      started(await startByName(connections, nameOf(workflow), options)),
    startMany: async (entries, options = {}) =>
      (await startMany(connections, entries, options)).map((outcome) =>
        outcome.type === "started" ? { ...outcome, run: started(outcome.run) } : outcome,
      ),
    startDefinition: async (workflow, options = {}) =>
      started(await publishAndStart(connections, workflow, options)),
    publish: (workflows) => publish(connections, workflows),
    validate: (workflow) => diagnose(connections, workflow),
    run: (runId) => handleOf(connections, runId),
    get: (runId) => readRunDocument(connections, runId),
    definition: (runId) => readDefinition(connections, runId),
    explain: (runId) => explainRun(connections, runId),
    list: (options = {}) => listRuns(connections, options),
    cancel: (runId, options = {}) => cancelRun(connections, runId, options),
    terminate: (runId, options = {}) => terminateRun(connections, runId, options),
    retry: (runId, options = {}) => retryRun(connections, runId, options),
    cancelMany: (filter, options = {}) => cancelMany(connections, filter, options),
    retryMany: (filter, options = {}) => retryMany(connections, filter, options),
    rerun: async (runId, options = {}) => started(await rerunRun(connections, runId, options)),
    fork: async (runId, options) => started(await forkRun(connections, runId, options)),
    approve: (runId, gate, options = {}) =>
      answerGate(connections, { ...options, runId, gate, verdict: "approved" }),
    reject: (runId, gate, options = {}) =>
      answerGate(connections, { ...options, runId, gate, verdict: "rejected" }),
    signal: (runId, name, options = {}) => signalRun(connections, { ...options, runId, name }),
    result: (runId, options = {}) => awaitResult(connections, runId, options),
    events: (runId, options = {}) => followEvents(connections, runId, options),
    readLog: (runId, options = {}) => readLog(connections, runId, options),
    logs: (runId, options = {}) => followLog(connections, runId, options),
    gates: (options = {}) => listGates(connections, options),
    schedule: (name: string, options: Scheduled) =>
      putSchedule(connections, name, { ...options, workflow: nameOf(options.workflow) }),
    schedules: (options = {}) => listSchedules(connections, options),
    getSchedule: (name) => readSchedule(connections, name),
    scheduleFirings: (name, options = {}) => listFirings(connections, name, options),
    unschedule: (name) => removeSchedule(connections, name),
    pauseSchedule: (name, options = {}) => pauseSchedule(connections, name, options),
    resumeSchedule: (name) => resumeSchedule(connections, name),
    fireSchedule: async (name, options = {}) => started(await fireSchedule(connections, name, options)),
    workflows: () => listWorkflows(connections),
    workflow: (name) => readPublished(connections, name),
    setLimit: (workflow, options) => setLimit(connections, workflow, options),
    removeLimit: (workflow) => removeLimit(connections, workflow),
    limits: (options = {}) => listLimits(connections, options),
    examineRedis: connections.examineRedis,
    fleet: () => readFleet(connections),
    counts: () => countFleet(connections),
    usage: (options = {}) => readUsage(connections, options),
    scaling: (pool = "default") => readScaling(connections, pool),
    setScaling: (pool, policy) => setScaling(connections, pool, policy),
    close: () => connections.close(),
  };
}

function startedOn(connections: Connections, { id, status, isRepeat }: Started): StartedRun {
  return { ...handleOf(connections, id), status, isRepeat };
}

function handleOf(connections: Connections, id: string): RunHandle {
  const calls: RunHandle = {
    id,
    get: () => readRunDocument(connections, id),
    result: (options = {}) => awaitResult(connections, id, options),
    events: (options = {}) => followEvents(connections, id, options),
    readLog: (options = {}) => readLog(connections, id, options),
    logs: (options = {}) => followLog(connections, id, options),
    approve: (gate, options = {}) =>
      answerGate(connections, { ...options, runId: id, gate, verdict: "approved" }),
    reject: (gate, options = {}) =>
      answerGate(connections, { ...options, runId: id, gate, verdict: "rejected" }),
    cancel: (options = {}) => cancelRun(connections, id, options),
    terminate: (options = {}) => terminateRun(connections, id, options),
    retry: (options = {}) => retryRun(connections, id, options),
    rerun: async (options = {}) => startedOn(connections, await rerunRun(connections, id, options)),
    fork: async (options) => startedOn(connections, await forkRun(connections, id, options)),
    signal: (name, options = {}) => signalRun(connections, { ...options, runId: id, name }),
  };
  return withBoundedCalls(withCheckedArguments(calls, handleArguments), connections);
}

async function publish(
  connections: Connections,
  workflows: readonly (Definition | WorkflowSource)[],
): Promise<readonly PublishedVersion[]> {
  const versions = await prepareVersions(connections, workflows);
  await storeVersions(connections, versions);
  return versions.map(({ definition, hash }) => ({ name: definition.name, hash }));
}

/** The start is checked before anything is published, so that a refused start leaves nothing behind. */
async function publishAndStart(
  connections: Connections,
  workflow: Definition | WorkflowSource,
  options: StartDefinitionOptions,
): Promise<Started> {
  const { alongside = [], ...start } = options;
  const versions = await prepareVersions(connections, [workflow, ...alongside]);
  const [version] = versions;
  if (version === undefined) throw new TypeError("every workflow gives a version");
  checkStart(version.definition, start);
  await storeVersions(connections, versions);
  return startVersion(connections, version, start);
}
