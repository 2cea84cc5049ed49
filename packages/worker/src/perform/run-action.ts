/**
 * Performs `runAction`: finds the action and the step's output schema, runs the action, turns what it returned or threw
 * into an outcome. Knows nothing about retries: those are the engine's.
 */
import type { Outcome, RunAction } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import { type ActionContext, usageOf } from "../action.js";
import { failedOutcome } from "../outcomes.js";
import { actionContext } from "./action-context.js";
import { resultOutcome, usageWith } from "./action-result.js";
import type { PerformContext } from "./context.js";

export async function runAction(
  command: RunAction,
  context: PerformContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = context.clock.monotonic();
  const durationMs = (): number => Math.round(context.clock.monotonic() - startedAt);
  try {
    const action = context.registry.action(command.action);
    if (action === undefined) throw notRegistered(command.action, context);
    const schema = await schemaOf(command, context);
    const told = actionContext({ action, command, context, signal, schema });
    // Listeners of an action that begins after the abort would never be called.
    signal.throwIfAborted();
    const result = (await action.run(told as ActionContext<never>)) ?? {};
    return resultOutcome({ action, schema, result, durationMs: durationMs() });
  } catch (error) {
    const usage = usageWith(durationMs(), usageOf(error));
    if (signal.aborted) return { type: "cancelled", reason: String(signal.reason), usage };
    return { ...failedOutcome(error), usage };
  }
}

async function schemaOf({ output }: RunAction, { registry, run, configuredDir }: PerformContext) {
  return output === undefined
    ? undefined
    : await registry.project.schema(output, { run, workingDir: configuredDir });
}

function notRegistered(name: string, context: PerformContext): RunfleetError {
  const known = context.registry.actionNames;
  const list = known.length === 0 ? "this worker has none" : `this worker has: ${known.join(", ")}`;
  return new RunfleetError(
    "action_not_found",
    `no action is registered under "${name}" (${list}); register it in runfleet.config.ts or add a fallback`,
  );
}
