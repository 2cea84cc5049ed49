/** The producer SDK: start, watch, answer and cancel runs. Executes nothing. */

export type { RedisFinding } from "@runfleet/store";
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
  RetryOptions,
  RunExplanation,
  RunHandle,
  RunPage,
  RunRow,
  SignalOptions,
  StartDefinitionOptions,
  StartedRun,
  StartOptions,
  TerminateOptions,
  WorkerDocument,
  WorkflowDocument,
  WorkflowSource,
} from "./fleet-client.js";
