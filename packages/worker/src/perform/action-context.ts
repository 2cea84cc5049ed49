/** What an action is told about its attempt. Built per attempt; files for the prompt are read only when it is asked for. */
import { join } from "node:path";
import type { OutputSchema } from "@runfleet/engine";
import { type RunAction, RunfleetError } from "@runfleet/model";
import type { ActionContext, AgentPrompt, AnyAction } from "../action.js";
import type { AgentFile } from "../agent/agent-file.js";
import { composePrompt } from "../agent/compose-prompt.js";
import type { PerformContext } from "./context.js";
import type { LineSink } from "./printed-lines.js";
import { schemaProblems } from "./schema-problems.js";
import { printedBy } from "./step-log.js";

export interface Attempt {
  readonly action: AnyAction;
  readonly command: RunAction;
  readonly context: PerformContext;
  readonly signal: AbortSignal;
  readonly schema: OutputSchema | undefined;
}

/** Throws `invalid_input` when the variables do not fit the action's input schema. */
export function actionContext(attempt: Attempt): ActionContext<unknown> {
  const { action, command, context, signal, schema } = attempt;
  const { run, fence } = context;
  return {
    input: checkedInput(action, command),
    variables: command.variables,
    signal,
    idempotencyKey: `${run.id}:${command.address}`,
    fencingToken: String(fence.generation),
    log: context.log,
    printed: (kind) => masked(printedBy(command, context.runLog, kind), context.redactor),
    traceHeaders: context.traceHeaders,
    redactor: context.redactor,
    attempt: command.attempt,
    retriesRemaining: command.retriesRemaining,
    timeoutMs: command.timeoutMs,
    dryRun: command.dryRun,
    runId: run.id,
    workflow: run.workflow,
    depth: run.depth,
    triggeredByHook: run.triggeredByHook,
    address: command.address,
    action: command.action,
    with: command.with,
    pluginDirs: command.pluginDirs,
    heartbeat: () => signal.throwIfAborted(),
    prompt: (options = {}) => prompt(attempt, options.body),
    get logBase() {
      return join(context.logDir, `${command.address}.${command.attempt}`);
    },
    get workingDir() {
      return context.workingDir();
    },
    ...given("label", run.label),
    ...given("parentRunId", run.parentId),
    ...given("retryError", command.retryError),
    ...given("model", command.model),
    ...given("identity", command.identity),
    ...given("output", command.output),
    ...given("schema", schema),
    ...given("maxTurns", command.node.maxTurns),
    ...given("gateFeedback", command.gateFeedback),
  };
}

function masked(lines: LineSink, redactor: PerformContext["redactor"]): LineSink {
  const redacting = redactor.stream();
  return {
    push: (chunk) => lines.push(redacting.push(chunk)),
    end() {
      lines.push(redacting.end());
      lines.end();
    },
  };
}

async function prompt({ command, context, schema }: Attempt, body: string | undefined): Promise<AgentPrompt> {
  const { project } = context.registry;
  const question = { run: context.run, workingDir: context.configuredDir, pluginDirs: command.pluginDirs };
  const file: AgentFile =
    body === undefined
      ? await project.agent(command.node.agent, question)
      : { role: "reviewer", canCommit: false, body };
  const snippets = await project.snippets(command.with, question);
  const { dryRun, retryError, variables } = command;
  const { role, canCommit } = file;
  return {
    text: composePrompt({ dryRun, canCommit, retryError, body: file.body, snippets, variables, schema }),
    role,
    canCommit,
    ...given("model", command.model ?? file.model),
    ...given("runtime", file.runtime),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } | undefined {
  return value === undefined ? undefined : ({ [key]: value } as { [P in K]: V });
}

function checkedInput(action: AnyAction, command: RunAction): unknown {
  if (action.input === undefined) return command.variables;
  const parsed = action.input.safeParse(command.variables);
  if (parsed.success) return parsed.data;
  throw new RunfleetError(
    "invalid_input",
    `input of action "${action.name}" does not fit: ${schemaProblems(parsed.error)}`,
  );
}
