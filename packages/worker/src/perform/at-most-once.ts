/**
 * Attempts of actions that take effect at most once: whether one that may have run before is run, is done, or is in doubt.
 * Asks the action's probe; decides nothing about what follows from a doubt.
 */
import type { GivenResult, Outcome, RunAction } from "@runfleet/model";
import type { ActionContext, ActionResult, AnyAction, ProbeAnswer } from "../action.js";
import { failureOf } from "../outcomes.js";
import type { PerformContext } from "./context.js";
import { schemaProblems } from "./schema-problems.js";

/** A probe asks one question; who does not hear by then asks a person. */
const probeMsMax = 30_000;

/** Turns what an action returned into an outcome: succeeded, or failed when it is no result. */
type Judge = (result: ActionResult<unknown>) => Outcome;

export interface AtMostOnce {
  readonly action: AnyAction;
  readonly command: RunAction;
  readonly context: PerformContext;
  readonly signal: AbortSignal;
  /** What the action would be told, with this signal. */
  readonly contextWith: (signal: AbortSignal) => ActionContext<unknown>;
  readonly judge: Judge;
}

/** True when another attempt of the action must not begin before somebody knows about the earlier ones. */
export function isOnce(action: AnyAction, { dryRun }: RunAction): boolean {
  return action.effect === "at-most-once" && !dryRun;
}

/** The outcome of an attempt that is not run, or nothing when it may run. */
export async function outcomeWithoutRunning(attempt: AtMostOnce): Promise<Outcome | undefined> {
  const { action, command, context } = attempt;
  const why = whyInDoubt(command);
  if (action.probe === undefined) return inDoubt(`${why}; action "${action.name}" has no probe`);
  const answer = await askProbe(attempt, action.probe);
  if ("notDone" in answer) return undefined;
  if ("done" in answer) return withoutRepeat(attempt.judge(answer.done), "its probe answered with");
  const { reason = "it does not say why" } = answer;
  context.log.warn("probe cannot tell", { action: action.name, reason });
  return inDoubt(`${why}; its probe cannot tell: ${reason}`);
}

/** Whoever decides wants to know how the attempt before ended; that error need not be what the doubt comes from. */
function whyInDoubt({ retryError }: RunAction): string {
  if (retryError === undefined) return "it was begun before, and nobody heard how that ended";
  return `an attempt was begun before and may have had its effect (last heard: ${retryError})`;
}

/** A result a person gives is held to the same rules as one of the action; one that does not fit is asked for again. */
export function givenOutcome(given: GivenResult, judge: Judge): Outcome {
  return withoutRepeat(judge(given as ActionResult<unknown>), "the person who answered gave");
}

/** An effect that has happened must not happen again because its result is none. */
export function withoutRepeat(outcome: Outcome, whose: string): Outcome {
  if (outcome.type !== "failed") return outcome;
  const { usage } = outcome;
  return {
    ...inDoubt(`${whose} something that is no result: ${schemaProblems(outcome.error)}`),
    ...(usage === undefined ? {} : { usage }),
  };
}

async function askProbe(
  { command, context, signal: stop, contextWith }: AtMostOnce,
  probe: NonNullable<AnyAction["probe"]>,
): Promise<ProbeAnswer<unknown>> {
  const timeIsOver = new AbortController();
  const limitMs = Math.min(probeMsMax, command.timeoutMs / 2);
  const signal = AbortSignal.any([stop, timeIsOver.signal]);
  const stopTimer = context.clock.after(limitMs, () => timeIsOver.abort("probe"));
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no answer within ${limitMs} ms`)));
  });
  try {
    return checked(await Promise.race([probe(contextWith(signal) as ActionContext<never>), aborted]));
  } catch (error) {
    stop.throwIfAborted();
    return { unknown: true, reason: failureOf(error).message };
  } finally {
    stopTimer();
  }
}

/** A probe is code of the worker's owner and may say anything; only clear words let an attempt run, or end it. */
function checked(answer: unknown): ProbeAnswer<unknown> {
  const { done, notDone, unknown, reason } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (notDone === true && done === undefined) return { notDone };
  if (typeof done === "object" && done !== null && notDone === undefined) return { done };
  if (unknown !== true) return { unknown: true, reason: "it answered neither done, notDone nor unknown" };
  return typeof reason === "string" ? { unknown, reason } : { unknown };
}

function inDoubt(reason: string): Extract<Outcome, { type: "in_doubt" }> {
  return { type: "in_doubt", reason };
}
