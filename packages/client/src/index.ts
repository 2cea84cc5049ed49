/** The producer SDK: start, watch, answer and cancel runs. Executes nothing. */
export { calledWorkflows } from "./called-workflows.js";
export { createClient } from "./create-client.js";
export type {
  AnswerOptions,
  CancelOptions,
  ClientOptions,
  EventsOptions,
  FleetClient,
  FleetDocument,
  GateDocument,
  GateListOptions,
  GatePage,
  InputValues,
  ListOptions,
  PoolDocument,
  PublishedVersion,
  ResultOptions,
  RunHandle,
  RunPage,
  RunRow,
  SignalOptions,
  StartDefinitionOptions,
  StartedRun,
  StartOptions,
  WorkerDocument,
  WorkflowDocument,
  WorkflowSource,
} from "./fleet-client.js";
