/** The words of spans: their names, and the names of what they say. The one list; the tables of docs/guides/tracing.md are held to it. */

export const attributes = {
  namespace: "namespace",
  runId: "run.id",
  workflowName: "workflow.name",
  workflowVersion: "workflow.version",
  runRepeated: "run.repeated",
  runStatus: "run.status",
  parentRunId: "run.parent.id",
  workerId: "worker.id",
  fencingToken: "fencing.token",
  tookOver: "activation.took_over",
  activationEnd: "activation.end",
  stepKey: "step.key",
  stepName: "step.name",
  attempt: "attempt",
  actionName: "action.name",
  outcome: "outcome",
  items: "items.count",
  gateType: "gate.type",
  errorType: "error.type",
  costUsd: "usage.cost_usd",
  turns: "usage.turns",
  operationName: "gen_ai.operation.name",
  agentName: "gen_ai.agent.name",
  requestModel: "gen_ai.request.model",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheCreationTokens: "gen_ai.usage.cache_creation.input_tokens",
} as const;

/** How the names of spans begin; what follows is the name of a workflow, an action, a step or a gate. */
export const spanWords = {
  start: "start",
  activation: "activate",
  runAction: "call",
  runScript: "script",
  collectItems: "collect",
  pollGate: "poll",
} as const;
