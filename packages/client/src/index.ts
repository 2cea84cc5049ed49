/** The producer SDK: start, watch, answer and cancel runs. Executes nothing. */

export type { RedisFinding } from "@runfleet/store";
export { calledWorkflows } from "./called-workflows.js";
export type {
  AncestorDocument,
  FiringDocument,
  FleetDocument,
  GateDocument,
  GatePage,
  KeptDocument,
  ManyDocument,
  PoolDocument,
  PublishedVersion,
  RunExplanation,
  RunPage,
  RunRow,
  ScheduleChange,
  ScheduleDocument,
  SchedulePage,
  SignalReceipt,
  WorkerDocument,
  WorkflowDocument,
} from "./client-documents.js";
export type {
  AnswerOptions,
  CancelManyOptions,
  CancelOptions,
  ClientOptions,
  EventsOptions,
  ForkOptions,
  GateListOptions,
  InputValues,
  ListOptions,
  ManyOptions,
  RerunOptions,
  ResultOptions,
  RetryOptions,
  RunFilter,
  ScheduleChangeOptions,
  ScheduleListOptions,
  ScheduleOptions,
  SignalOptions,
  StartDefinitionOptions,
  StartEntry,
  StartManyOptions,
  StartOptions,
  TerminateOptions,
  WorkflowSource,
} from "./client-options.js";
export { createClient } from "./create-client.js";
export type { FleetClient, RunHandle, StartedRun, StartManyOutcome } from "./fleet-client.js";
