/** The words and seams everybody shares. Imports nothing but zod; no behaviour beyond small pure rules. */
export type { Address } from "./address.js";
export {
  alwaysAddress,
  attemptKey,
  bodyAddress,
  childAddress,
  fallbackAddress,
  isBelow,
  iterationAddress,
  iterationOf,
  nodePath,
  parentAddress,
} from "./address.js";
export type {
  AbortAttempt,
  AttemptContext,
  CancelChild,
  CollectItems,
  Command,
  LocalCommand,
  OutboxCommand,
  PollGate,
  RunAction,
  RunScript,
  StartChild,
} from "./command.js";
export { dayMs, dayNumber, dayText } from "./day.js";
export type {
  AgentRef,
  BranchNode,
  CallNode,
  ChildNode,
  Condition,
  Definition,
  ForeachNode,
  GateNode,
  GateOptions,
  InputDeclaration,
  LoopNode,
  MarkerCondition,
  Node,
  NodeKind,
  OnFail,
  ParallelBranch,
  ParallelNode,
  ScriptNode,
  SequenceNode,
  SleepNode,
} from "./definition.js";
export {
  agentKey,
  agentRefSchema,
  branchSchema,
  callSchema,
  childSchema,
  conditionSchema,
  definitionSchema,
  foreachSchema,
  gateOptionsSchema,
  gateSchema,
  inputConditionSchema,
  inputDeclarationSchema,
  loopSchema,
  markerConditionSchema,
  nodeSchema,
  onFailSchema,
  parallelBranchSchema,
  parallelSchema,
  scriptSchema,
  sequenceSchema,
  sleepSchema,
} from "./definition.js";
export { definitionJsonSchema } from "./definition-json-schema.js";
export { durationMsMax, formatDuration, parseDuration } from "./duration.js";
export type { RunfleetErrorOptions } from "./error.js";
export { isRunfleetError, RunfleetError } from "./error.js";
export type { ErrorCode, ErrorCodeRow } from "./error-codes.js";
export { errorCodes } from "./error-codes.js";
export type { ChildResult, EngineEvent, InboxEvent, Item, SentEvent, WorkerEvent } from "./event.js";
export {
  childResultSchema,
  childStepResultSchema,
  inboxEventSchema,
  itemSchema,
  workerEventSchema,
} from "./event.js";
export type { Cause, Explanation, Situation } from "./explanation.js";
export { causes, explain } from "./explanation.js";
export type { Fact, FleetEvent, HistoryEvent } from "./fact.js";
export type { FleetCounting, FleetCounts } from "./fleet-counts-port.js";
export { signalName } from "./gate-signal.js";
export { version } from "./generated/version.js";
export type { GivenDocument, GivenVariable } from "./given.js";
export { givenDocumentSchema } from "./given.js";
export {
  type HttpGateOption,
  type HttpGateProblem,
  headerLines,
  httpGateOptions,
  httpGateProblems,
  listed,
} from "./http-gate.js";
export type { ResolvedInputs } from "./inputs.js";
export { acceptInputs, resolveInputs } from "./inputs.js";
export type { ClaimItemReply, ItemClaim, ItemClaims } from "./item-claims.js";
export type { KeptStep } from "./kept-step.js";
export { keptStep, keptStepSchema } from "./kept-step.js";
export { type Layout, layout } from "./layout.js";
export type { AcquireReply, Lease, LeaseStore, RenewReply } from "./lease-port.js";
export { limits } from "./limits.js";
export type { Granting, LimitScope, LimitWrites, PermitWait, ScopeUse } from "./limits-port.js";
export { type LogComponent, type LogLevel, logComponents, logLevels } from "./log-components.js";
export { fromRow, type MemberTable, toRow } from "./member-row.js";
export { defaultPool, newRootRun, type StartChoices } from "./new-root-run.js";
export type { Failure, GivenResult, Outcome, StepOutput } from "./outcome.js";
export { failureSchema, givenResultSchema, outcomeSchema, stepOutputSchema } from "./outcome.js";
export type {
  AnswerReply,
  AppendReply,
  CancelReply,
  CreateReply,
  GateAnswer,
  NewRun,
  OutsideWrites,
  RetryReply,
  TerminateReply,
} from "./outside-writes.js";
export { queueJobOf } from "./queue-job.js";
export type {
  ConsumeOptions,
  Consumer,
  Disposition,
  PoolBacklog,
  QueueJob,
  RunQueue,
  WakeReply,
} from "./queue-port.js";
export type {
  BlockedOn,
  BlockedOnDocument,
  CurrentStep,
  OpenGate,
  RunDocument,
  RunInfo,
  RunRecord,
  RunWait,
  StepDocument,
} from "./run.js";
export {
  blockedOnDocumentSchema,
  blockedOnSchema,
  doubtGateType,
  noDeadlineAt,
  runDocumentSchema,
  stepDocumentSchema,
} from "./run.js";
export {
  type Concurrency,
  concurrencySchema,
  keyInputs,
  type LimitChange,
  limitChangeProblem,
  limitsOfRun,
  limitsProblem,
  type Rate,
  type RunLimits,
  rateFull,
  rateSchema,
} from "./run-limits.js";
export {
  type LogKind,
  type LogLine,
  type LogPiece,
  type LogRequest,
  logKinds,
  logLineSchema,
  type SaidLine,
} from "./run-log.js";
export { idInPartition, partitionFor, partitionOf, placeOf } from "./run-place.js";
export type { KeptRuns, RunRetention, TrimReply, TrimRequest } from "./run-retention.js";
export {
  busyWorkerRules,
  readScalingPolicy,
  type ScalingPolicy,
  type ScalingPolicyInput,
  scalingPolicySchema,
} from "./scaling-policy.js";
export type { KeepTurnReply, ScalingRecords, ScalingStore } from "./scaling-port.js";
export type {
  CatchUpMode,
  Firing,
  FiringOutcome,
  OverlapPolicy,
  PutScheduleReply,
  ScheduleRecord,
  ScheduleRule,
  ScheduleSpec,
  ScheduleStore,
} from "./schedule-port.js";
export { catchUpModes, overlapPolicies } from "./schedule-port.js";
export type { InputPiece, SealedInputs, SplitInputs } from "./secrets.js";
export { secretMask, splitSecrets } from "./secrets.js";
export type { FleetEventPage, SinkFeed, SinkPlace, SinkReply } from "./sink-feed.js";
export {
  delayMsMax,
  poolProblem,
  reservedPoolNames,
  scheduleProblem,
  wholeNumberProblem,
} from "./start-options.js";
export type {
  AttemptFrame,
  BranchFrame,
  CancelState,
  ContextEntry,
  CoreState,
  ForeachFrame,
  Frame,
  GateFrame,
  ItemState,
  LoopFrame,
  ParallelFrame,
  PartChanges,
  RunState,
  SequenceFrame,
  SleepFrame,
  StepEnd,
  StepRecord,
  StepResult,
  Trail,
} from "./state.js";
export type { RunStatus, StepStatus } from "./status.js";
export { isEnded, mayBecome, runStatuses, runTransitions, stepStatuses } from "./status.js";
export type { StopSignal } from "./stop-signal.js";
export type { CancelFeed, ListFilter, Page, PublishedWorkflow, RunStore } from "./store-port.js";
export type { Totals, Usage } from "./usage.js";
export { addUsage, totalsSchema, usageNames, usageSchema, zeroTotals } from "./usage.js";
export { type DayUsage, otherWorkflows, type UsageReads, type UsageSums } from "./usage-port.js";
export type { WorkerPresence } from "./worker-presence.js";
export type {
  ActivateReply,
  Activation,
  CancelRequest,
  Commit,
  CommitReply,
  Fence,
  Finish,
  FinishReply,
  HeartbeatReply,
  InboxEntry,
  OutboxEntry,
  Park,
  ParkReply,
  WorkerWrites,
  YieldReply,
} from "./worker-writes.js";
