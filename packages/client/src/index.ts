/** The producer SDK: start, watch, answer and cancel runs. Executes nothing. */

export { type ErrorCode, errorCodes, isRunfleetError, type RunfleetError } from "@runfleet/model";
export type { RedisFinding } from "@runfleet/store";
export { calledWorkflows } from "./called-workflows.js";
export { argumentsProblem } from "./check-arguments.js";
export type {
  AncestorDocument,
  DefinitionDocument,
  FiringDocument,
  GateDocument,
  GatePage,
  LimitPage,
  ManyDocument,
  PublishedDocument,
  PublishedVersion,
  RunExplanation,
  RunPage,
  RunRow,
  ScheduleChange,
  ScheduleDocument,
  SchedulePage,
  ScopeDocument,
  SetLimitDocument,
  SignalReceipt,
  UsageDocument,
  UsageRow,
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
  InputValue,
  InputValues,
  LimitListOptions,
  LimitOptions,
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
  UsageOptions,
  WorkflowSource,
} from "./client-options.js";
export type { ClientTime, Connections } from "./connections.js";
export { assembleClient, createClient } from "./create-client.js";
export type { FleetClient, RunHandle, StartedRun, StartManyOutcome } from "./fleet-client.js";
export type {
  FleetCountsDocument,
  FleetDocument,
  KeptDocument,
  LeadDocument,
  PoolDocument,
  ScalingDocument,
  WorkerDocument,
} from "./fleet-documents.js";
export type { LogLineDocument, LogOptions, LogPage, LogsOptions } from "./log-documents.js";
export {
  outputsOf,
  type StartArguments,
  startEntry,
  type TypedScheduleOptions,
  type TypedStartOptions,
  type WorkflowRef,
  workflowRef,
} from "./workflow-ref.js";
