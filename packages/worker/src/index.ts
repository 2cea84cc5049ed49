/** The worker: connects the engine's decisions to the world. Never decides about a run itself. */
export {
  type Action,
  type ActionContext,
  type ActionEffect,
  type ActionLog,
  type ActionResult,
  type AgentPrompt,
  type AnyAction,
  type AttemptErrorOptions,
  defineAction,
  NonRetryableError,
  type ProbeAnswer,
  RetryableError,
  type Schema,
} from "./action.js";
export { type AgentRequest, type ExecAgentOptions, execAgent } from "./actions/exec-agent.js";
export { type HttpOptions, http } from "./actions/http.js";
export { createProject, type Project, type ProjectQuestion } from "./agent/project.js";
export { assembleWorker, type WorkerParts } from "./assemble-worker.js";
export type { Clock } from "./clock.js";
export {
  defineConfig,
  type EventSink,
  type GateResolver,
  type ItemProvider,
  type ItemsPage,
  type ItemsRequest,
  type PollAnswer,
  type Retention,
  type RetentionRule,
  type RunContext,
  type RunFacts,
  type WorkerConfig,
} from "./config.js";
export { handleEscapedErrors } from "./escaped-errors.js";
export {
  createFleetWorker,
  type FleetWorker,
  type FleetWorkerOptions,
  newWorkerId,
} from "./fleet-worker.js";
export { type HttpGateOptions, httpGate } from "./gates/http-gate.js";
export type { WorkWatch } from "./local-work.js";
export type { Redactor, StreamRedactor } from "./redactor.js";
export { type JsonLinesArchiveOptions, jsonLinesArchive } from "./sinks/json-lines-archive.js";
export { type ComponentLog, componentLogs, type WorkerLog } from "./worker-log.js";
