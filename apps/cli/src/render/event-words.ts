/** One fact of a run's history as a sentence for people. Pure; times are spans or UTC, sizes are the caller's concern. */
import type { Fact } from "@runfleet/model";
import { shortTime, timeSpan, untilWords } from "./words.js";

type Of<T extends Fact["type"]> = Extract<Fact, { type: T }>;
type Told<T extends Fact["type"]> = Of<T> & { readonly at: number };

const words: { readonly [T in Fact["type"]]: (fact: Told<T>) => string } = {
  "run.started": ({ workflow }) => `the run of ${workflow} begins`,
  "run.resumed": () => "the run goes on where it was",
  "run.waiting": ({ on, until, at }) =>
    `waits for ${on}${until === undefined ? "" : `, until ${shortTime(until, at)} at most`}`,
  "run.cancelling": ({ reason, by }) => `${by} asks to cancel the run: ${reason}`,
  "run.retried": ({ by }) => `${by} lets the failed run go on`,
  "run.timed_out": () => "the run's time is over",
  "run.completed": () => "the run has completed",
  "run.failed": () => "the run has failed",
  "run.cancelled": ({ reason }) => `the run was cancelled: ${reason}`,
  "step.started": (step) => `${step.kind} ${stepName(step)} begins`,
  "step.completed": (step) => `${stepName(step)} completed${list(", markers", step.markers)}`,
  "step.failed": (step) => `${stepName(step)} failed`,
  "step.retrying": (step) =>
    `${step.name} is tried again (attempt ${step.attempt})${step.delayMs === 0 ? "" : ` in ${timeSpan(step.delayMs)}`}`,
  "step.in_doubt": (step) => `${stepName(step)} is in doubt: ${step.reason}`,
  "step.skipped": (step) => `${stepName(step)} skipped: ${step.reason}`,
  "step.timed_out": (step) => `${stepName(step)} took too long`,
  "step.cancelled": (step) => `${stepName(step)} cancelled: ${step.reason}`,
  "step.kept": ({ status, from, ...step }) => `${stepName(step)} ${status} in run ${from}; kept`,
  "branch.taken": ({ taken, condition }) => `${condition}: ${taken ? "yes" : "no"}`,
  "loop.iterated": ({ iteration }) => `loop, iteration ${iteration}`,
  "loop.ended": ({ iterations, reason }) => `loop left after ${count(iterations, "iteration")}: ${reason}`,
  "parallel.ended": ({ succeeded, failed, skipped }) =>
    `branches done: ${succeeded} succeeded, ${failed} failed, ${skipped} skipped`,
  "gate.waiting": ({ name, deadline, at }) => `gate ${name} waits for an answer, ${untilWords(deadline, at)}`,
  "gate.resolved": ({ name, verdict, by, selections = [], feedback }) =>
    `${by} ${verdict} gate ${name}${list(", chose", selections)}${feedback ? `: ${feedback}` : ""}`,
  "gate.poll_failed": ({ name, problem }) =>
    `the resolver of gate ${name} failed and is asked again: ${problem}`,
  "gate.timed_out": ({ name }) => `nobody answered gate ${name} in time`,
  "fanout.collected": ({ count: items }) => `${count(items, "item")} to go through`,
  "fanout.item_started": ({ itemId, childRunId }) => `item ${itemId} begins as run ${childRunId}`,
  "fanout.item_ended": ({ itemId, status }) => `item ${itemId} ${status}`,
  "child.started": ({ workflow, childRunId }) => `workflow ${workflow} begins as run ${childRunId}`,
  "child.ended": ({ childRunId, status }) => `run ${childRunId} ${status}`,
  "signal.received": ({ name }) => `signal ${name} arrived`,
  "event.ignored": ({ event, reason }) => `${event} changed nothing: ${reason}`,
  "metrics.updated": ({ totals }) =>
    `used in all: $${totals.costUsd.toFixed(2)}, ${count(totals.turns, "turn")}, ${timeSpan(totals.durationMs)} of work`,
  "lease.acquired": ({ worker, tookOver }) =>
    `worker ${worker} ${tookOver ? "takes the run over" : "takes the run"}`,
  "lease.lost": ({ worker }) => `worker ${worker} was lost`,
};

/** For example `plan completed, markers ready`. An event of a later version is called by its type. */
export function eventWords<T extends Fact["type"]>(fact: Told<T>): string {
  const tell = Object.hasOwn(words, fact.type) ? words[fact.type as T] : undefined;
  return tell?.(fact) ?? fact.type;
}

function stepName({ name, attempt }: { readonly name: string; readonly attempt: number }): string {
  return attempt === 1 ? name : `${name} (attempt ${attempt})`;
}

function list(lead: string, values: readonly string[]): string {
  return values.length === 0 ? "" : `${lead} ${values.join(", ")}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
