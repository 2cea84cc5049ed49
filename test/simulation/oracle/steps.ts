/**
 * Calls, scripts and child workflows in the oracle: attempts in a loop, each a race between its answer, its timeout
 * and a stop.
 */
import type { CallNode, Failure, Outcome, Usage } from "@runfleet/model";
import { addUsage, errorCodes, fallbackAddress, iterationOf, zeroTotals } from "@runfleet/model";
import { backoffMs } from "../../../packages/engine/src/backoff.js";
import {
  type Answer,
  type Attempt,
  ask,
  entry,
  immediateAnswer,
  nameOf,
  type RetriedNode,
  timeoutOf,
} from "./asking.js";
import { first } from "./clock.js";
import { wordOn } from "./doubt.js";
import { cancelled, type End, type Machine, type Place } from "./machine.js";

type AttemptEnd =
  | { readonly type: "succeeded"; readonly markers: readonly string[] }
  | {
      readonly type: "failed";
      readonly error: Failure;
      readonly mayRetry: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly noEffect?: true | undefined;
    }
  | { readonly type: "stopped" };

export async function retried(machine: Machine, place: Place, node: RetriedNode): Promise<End> {
  const { clock, log, memory, program } = machine;
  const { at, stop } = place;
  const ordinal = memory.takeOrdinal();
  const name = nameOf(node);
  let lastError: Failure | undefined;
  let mayHaveRun = false;
  for (let attempt = 1; ; attempt += 1) {
    const childId = node.kind === "child" && program.run.depth < 5 ? `${at}:${attempt}:` : undefined;
    const step = {
      ...place,
      node,
      attempt,
      ordinal,
      startedAt: clock.now(),
      childId,
      lastError,
      mayHaveRun,
      nth: 0,
    };
    const end = await attemptOnce(machine, step);
    if (end.type === "succeeded") return { type: "completed", markers: end.markers };
    if (end.type === "stopped") return stopped(machine, step);
    lastError = end.error;
    mayHaveRun = !end.noEffect && node.kind === "call" && !program.run.dryRun;
    if (!end.mayRetry || attempt > node.retries) return usedUp(machine, { ...step, lastError });
    const { retryDelayMs, backoff } = node;
    const delayMs = backoffMs({
      retryDelayMs,
      backoff,
      retryAfterMs: end.retryAfterMs,
      runId: "run",
      address: at,
      failures: attempt,
    });
    log.note({ type: "step.retrying", address: at, name, attempt: attempt + 1, delayMs, error: lastError });
    if (delayMs === 0) continue;
    const why = await first({ due: clock.until(clock.now() + delayMs), stop: stop.requested });
    if (why === "stop") return stopped(machine, step);
  }
}

async function attemptOnce(machine: Machine, step: Attempt): Promise<AttemptEnd> {
  const { at, node, attempt } = step;
  machine.log.note({ type: "step.started", kind: node.kind, address: at, name: nameOf(node), attempt });
  const immediate = immediateAnswer(machine, step);
  return immediate === undefined ? oneTry(machine, step) : answered(machine, step, immediate);
}

/** The attempt is asked for; again when it ends in doubt and a person says so. */
async function oneTry(machine: Machine, step: Attempt, usedBefore?: Usage): Promise<AttemptEnd> {
  const { clock, log } = machine;
  const { at, node, attempt, stop } = step;
  const named = { address: at, name: nameOf(node), attempt };
  const timeoutMs = timeoutOf(machine, node);
  const asked = ask(machine, step);
  log.record(entry(step, "running"));
  const timeout = timeoutMs === undefined ? undefined : clock.until(clock.now() + timeoutMs);
  const what = await first({ answer: asked.answer, stop: stop.requested, ...(timeout && { timeout }) });
  if (what === "answer") {
    const answer = await asked.answer;
    return answer.outcome.type === "in_doubt"
      ? inDoubt(machine, step, { ...answer.outcome, usedBefore })
      : answered(machine, step, answer, usedBefore);
  }
  const since = clock.now();
  if (what === "timeout") log.note({ type: "step.timed_out", ...named });
  asked.abort(what === "timeout" ? "timeout" : "stop");
  const givenUp = clock.until(since + (node.kind === "child" ? 60_000 : 7_000));
  const last = (await first({ answer: asked.answer, givenUp })) === "answer" ? await asked.answer : undefined;
  const usage = sum(usedBefore, last === undefined ? undefined : spend(machine, step, last));
  if (what === "stop") {
    log.record({ ...entry(step, "cancelled"), ...(usage && { usage }) });
    return { type: "stopped" };
  }
  const label = node.kind === "call" ? node.agent.value : nameOf(node);
  const error = { code: "step_timed_out", message: `step '${label}' timed out after ${timeoutMs} ms` };
  log.record({ ...entry(step, "timed_out"), error, endedAt: since, ...(usage && { usage }) });
  if (stop.reason === undefined) return { type: "failed", error, mayRetry: true };
  return { type: "stopped" };
}

async function inDoubt(
  machine: Machine,
  step: Attempt,
  {
    usedBefore,
    ...outcome
  }: Extract<Outcome, { type: "in_doubt" }> & { readonly usedBefore: Usage | undefined },
): Promise<AttemptEnd> {
  const used = sum(usedBefore, spend(machine, step, { outcome }));
  const usage = used && { usage: used };
  const word = await wordOn(machine, step, { reason: outcome.reason, used });
  const { nth } = step;
  switch (word.type) {
    case "stop":
      machine.log.record({ ...entry(step, "cancelled"), ...usage });
      return { type: "stopped" };
    case "fail":
      return failedOnce(machine, step, { type: "failed", error: word.error, retryable: false, ...usage });
    case "retry":
      return oneTry(machine, { ...step, nth: nth + 1, mayHaveRun: false, given: undefined }, used);
    case "done": {
      const mayHaveRun = step.node.kind === "call" && !machine.program.run.dryRun;
      return oneTry(machine, { ...step, nth: nth + 1, mayHaveRun, given: word.given }, used);
    }
  }
}

function sum(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const { hasLlmMetrics: _flag, ...both } = addUsage(addUsage(zeroTotals(), one), other);
  return both;
}

function answered(machine: Machine, step: Attempt, answer: Answer, usedBefore?: Usage): AttemptEnd {
  const { log, memory } = machine;
  const { at, node, attempt, ordinal, childId } = step;
  const name = nameOf(node);
  const used = sum(usedBefore, spend(machine, step, answer));
  const usage = used && { usage: used };
  const { outcome } = answer;
  if (outcome.type === "in_doubt") throw new Error("a doubt is no answer");
  if (outcome.type !== "succeeded") return failedOnce(machine, step, { ...outcome, ...usage });
  const { markers, context, output } = outcome;
  const found = { markers, context, ...(output !== undefined && { output }) };
  log.note({ type: "step.completed", markers, address: at, name, attempt });
  log.record({ ...entry(step, "completed"), ...found, ...usage });
  for (const one of answer.child?.contexts ?? []) memory.find({ ...one, iteration: 0, bubbled: true });
  memory.find({ step: node.kind === "call" ? node.agent.value : name, iteration: iterationOf(at), ...found });
  memory.setResult(name, { status: "completed", ordinal, ...found, ...(childId && { childRunId: childId }) });
  for (const [inner, result] of Object.entries(answer.child?.results ?? {})) memory.setResult(inner, result);
  memory.endStep(name, "completed", ordinal);
  return { type: "succeeded", markers };
}

function failedOnce(
  { log }: Machine,
  step: Attempt,
  outcome: Exclude<Outcome, { type: "succeeded" | "in_doubt" }>,
): AttemptEnd {
  const named = { address: step.at, name: nameOf(step.node), attempt: step.attempt };
  const { usage } = outcome;
  if (outcome.type === "timed_out") {
    const error = { code: "step_timed_out", message: outcome.error.message };
    log.note({ type: "step.timed_out", ...named });
    log.record({ ...entry(step, "timed_out"), error, ...(usage && { usage }) });
    return { type: "failed", error, mayRetry: true };
  }
  const isFailed = outcome.type === "failed";
  const error = isFailed ? outcome.error : { code: "step_failed", message: `cancelled: ${outcome.reason}` };
  log.note({ type: "step.failed", error, ...named });
  log.record({ ...entry(step, "failed"), error, ...(usage && { usage }) });
  return {
    type: "failed",
    error,
    mayRetry: isFailed && outcome.retryable,
    retryAfterMs: isFailed ? outcome.retryAfterMs : undefined,
    noEffect: isFailed ? outcome.noEffect : undefined,
  };
}

/** What an answer cost, whatever becomes of it. */
function spend(
  { log, memory }: Machine,
  { at, childId }: Attempt,
  { outcome, child }: Answer,
): Usage | undefined {
  if (child && childId)
    log.note({ type: "child.ended", address: at, childRunId: childId, status: child.status });
  memory.spend(child?.totals ?? outcome.usage);
  return outcome.usage;
}

function stopped({ log, memory }: Machine, step: Attempt): End {
  const { at, node, attempt, ordinal, stop } = step;
  const name = nameOf(node);
  log.note({ type: "step.cancelled", reason: stop.reason ?? "", address: at, name, attempt });
  memory.setEmptyResult(name, { status: "cancelled", ordinal });
  memory.endStep(name, "cancelled", ordinal);
  return cancelled;
}

async function usedUp(machine: Machine, step: Attempt): Promise<End> {
  const { log, memory } = machine;
  const { at, node, attempt, ordinal } = step;
  const error = step.lastError ?? { code: "step_failed", message: "" };
  const name = nameOf(node);
  if (node.onFail?.kind === "continue") {
    log.note({ type: "step.skipped", reason: "failed, and on_fail = continue", address: at, name, attempt });
    memory.setEmptyResult(name, { status: "skipped", ordinal, error });
    memory.endStep(name, "skipped", ordinal);
    return { type: "completed", skipped: true };
  }
  const status = error.code === "step_timed_out" ? "timed_out" : "failed";
  const agentEnd = node.onFail === undefined ? undefined : await lookAfter(machine, step, error);
  memory.setEmptyResult(name, { status, ordinal, error });
  memory.endStep(name, status, ordinal);
  if (agentEnd?.type === "cancelled") return cancelled;
  const code = error.code in errorCodes ? error.code : "step_failed";
  return { type: "failed", error: { code, message: error.message }, fatal: false };
}

/** The agent of `on_fail`; how it ends does not matter unless it is stopped. */
function lookAfter(machine: Machine, step: Attempt, error: Failure): Promise<End> {
  const { node } = step;
  if (node.onFail?.kind !== "agent") return Promise.resolve(cancelled);
  const failed = {
    failed_step: node.kind === "call" ? node.agent.value : nameOf(node),
    failure_reason: error.message,
    retry_count: String(node.retries),
  };
  const { at, stop, scope } = step;
  if (stop.reason !== undefined) return Promise.resolve(cancelled);
  const { agent } = node.onFail;
  const call: CallNode = { kind: "call", agent, retries: 0, with: [], pluginDirs: [] };
  return retried(machine, { at: fallbackAddress(at), stop, scope, failed }, call);
}
