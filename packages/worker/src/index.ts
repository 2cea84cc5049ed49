/** The worker: connects the engine's decisions to the world. Never decides about a run itself. */
export {
  type Action,
  type ActionContext,
  type ActionLog,
  type ActionResult,
  type AnyAction,
  defineAction,
  NonRetryableError,
  RetryableError,
  type Schema,
} from "./action.js";
export {
  defineConfig,
  type GateResolver,
  type ItemProvider,
  type ItemsRequest,
  type RunContext,
  type RunFacts,
  type WorkerConfig,
} from "./config.js";
export { createFleetWorker, type FleetWorker, type FleetWorkerOptions } from "./fleet-worker.js";
