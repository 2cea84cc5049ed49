/**
 * Performs `runAction`: finds the action and the step's output schema, runs the action (one that takes effect at most once
 * only when it may), turns what it returned or threw into an outcome. Knows nothing about retries: those are the engine's.
 */
import type { Outcome, RunAction } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import { type ActionContext, type ActionResult, saysNoEffect, usageOf } from "../action.js";
import { failedOutcome } from "../outcomes.js";
import { actionContext } from "./action-context.js";
import { resultOutcome, usageWith } from "./action-result.js";
import { givenOutcome, isOnce, outcomeWithoutRunning, withoutRepeat } from "./at-most-once.js";
import type { PerformContext } from "./context.js";

export async function runAction(
  command: RunAction,
  context: PerformContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = context.clock.monotonic();
  const durationMs = (): number => Math.round(context.clock.monotonic() - startedAt);
  let hasBegun = command.mayHaveRun === true;
  try {
    const action = context.registry.action(command.action);
    if (action === undefined) throw notRegistered(command.action, context);
    const schema = command.output === undefined ? undefined : await schemaOf(command.output, context);
    const judge = (result: ActionResult<unknown>): Outcome =>
      resultOutcome({ action, schema, result, durationMs: durationMs() });
    if (command.given !== undefined) return givenOutcome(command.given, judge);
    const contextWith = (stop: AbortSignal) =>
      actionContext({ action, command, context, signal: stop, schema });
    const told = contextWith(signal);
    // Listeners of an action that begins after the abort would never be called.
    signal.throwIfAborted();
    const once = isOnce(action, command);
    if (once && hasBegun) {
      const known = await outcomeWithoutRunning({ action, command, context, signal, contextWith, judge });
      if (known !== undefined) return known;
    }
    // A process that was frozen may not have been told yet that another worker took the run over.
    if (once && !context.holdsRun()) return { type: "cancelled", reason: "lease_lost" };
    hasBegun = true;
    const outcome = judge((await action.run(told as ActionContext<never>)) ?? {});
    return once ? withoutRepeat(outcome, `action "${action.name}" ran and returned`) : outcome;
  } catch (error) {
    const usage = usageWith(durationMs(), usageOf(error));
    if (signal.aborted) return { type: "cancelled", reason: String(signal.reason), usage };
    const isHarmless = !hasBegun || saysNoEffect(error);
    return { ...failedOutcome(error), ...(isHarmless ? { noEffect: true } : {}), usage };
  }
}

function schemaOf(
  output: NonNullable<RunAction["output"]>,
  { registry, run, configuredDir }: PerformContext,
) {
  return registry.project.schema(output, { run, workingDir: configuredDir });
}

function notRegistered(name: string, context: PerformContext): RunfleetError {
  const known = context.registry.actionNames;
  const list = known.length === 0 ? "this worker has none" : `this worker has: ${known.join(", ")}`;
  return new RunfleetError(
    "action_not_found",
    `no action is registered under "${name}" (${list}); register it in runfleet.config.ts or add a fallback`,
  );
}
