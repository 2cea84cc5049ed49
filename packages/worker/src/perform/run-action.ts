/**
 * Performs `runAction`: finds the action, checks input and output against its schemas, runs it, turns what it returned
 * or threw into an outcome. Knows nothing about retries: those are the engine's.
 */
import type { Outcome, RunAction } from "@runfleet/model";
import { outcomeSchema, RunfleetError } from "@runfleet/model";
import type { ActionContext, ActionResult, AnyAction } from "../action.js";
import { failedOutcome } from "../outcomes.js";
import type { PerformContext } from "./context.js";

export async function runAction(
  command: RunAction,
  context: PerformContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = performance.now();
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  try {
    const action = context.registry.action(command.action);
    if (action === undefined) throw notRegistered(command.action, context);
    const actionContext = contextFor(action, command, context, signal);
    // Listeners of an action that begins after the abort would never be called.
    signal.throwIfAborted();
    const result = await action.run(actionContext as ActionContext<never>);
    return succeeded(action, result ?? {}, durationMs());
  } catch (error) {
    const usage = { durationMs: durationMs() };
    if (signal.aborted) return { type: "cancelled", reason: String(signal.reason), usage };
    return { ...failedOutcome(error), usage };
  }
}

function contextFor(
  action: AnyAction,
  command: RunAction,
  context: PerformContext,
  signal: AbortSignal,
): ActionContext<unknown> {
  const { run, fence } = context;
  return {
    input: checkedInput(action, command),
    variables: command.variables,
    signal,
    idempotencyKey: `${run.id}:${command.address}`,
    fencingToken: String(fence.generation),
    log: context.log,
    attempt: command.attempt,
    retriesRemaining: command.retriesRemaining,
    dryRun: command.dryRun,
    runId: run.id,
    address: command.address,
    action: command.action,
    with: command.with,
    pluginDirs: command.pluginDirs,
    get workingDir() {
      return context.workingDir();
    },
    ...given("retryError", command.retryError),
    ...given("model", command.model),
    ...given("identity", command.identity),
    ...given("output", command.output),
    ...given("maxTurns", command.node.maxTurns),
    ...given("gateFeedback", command.gateFeedback),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

function checkedInput(action: AnyAction, command: RunAction): unknown {
  if (action.input === undefined) return command.variables;
  const parsed = action.input.safeParse(command.variables);
  if (parsed.success) return parsed.data;
  throw new RunfleetError(
    "invalid_input",
    `input of action "${action.name}" does not fit: ${parsed.error.message}`,
  );
}

function succeeded(action: AnyAction, result: ActionResult<unknown>, durationMs: number): Outcome {
  const output = checkedOutput(action, result.output);
  const outcome = outcomeSchema.safeParse({
    type: "succeeded",
    markers: [...new Set(result.markers ?? [])],
    context: result.context ?? "",
    usage: { durationMs, ...result.usage },
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    ...(result.resultText === undefined ? {} : { resultText: result.resultText }),
  });
  if (outcome.success) return outcome.data;
  const problems = outcome.error.issues
    .map(({ path, message }) => `${path.join(".")}: ${message}`)
    .join("; ");
  throw new RunfleetError(
    "invalid_output",
    `action "${action.name}" returned something that is no result: ${problems}`,
  );
}

function checkedOutput(action: AnyAction, output: unknown): unknown {
  if (action.output === undefined || output === undefined) return output;
  const parsed = action.output.safeParse(output);
  if (parsed.success) return parsed.data;
  // Retryable on purpose: a model or a service may answer in the right shape the next time.
  throw new Error(`output of action "${action.name}" does not fit its schema: ${parsed.error.message}`);
}

function notRegistered(name: string, context: PerformContext): RunfleetError {
  const known = context.registry.actionNames;
  const list = known.length === 0 ? "this worker has none" : `this worker has: ${known.join(", ")}`;
  return new RunfleetError(
    "action_not_found",
    `no action is registered under "${name}" (${list}); register it in runfleet.config.ts or add a fallback`,
  );
}
