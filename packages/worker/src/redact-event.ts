/**
 * Masks secrets in what a step says and in nothing else of its event: a secret may be a word like `failed`, or the name of
 * a step, and must not change which step ended and how.
 */
import { errorCodes, type Failure, type Outcome, type WorkerEvent } from "@runfleet/model";
import type { Redactor } from "./redactor.js";

export function redactEvent(event: WorkerEvent, redactor: Redactor): WorkerEvent {
  if (!redactor.masks) return event;
  const { value } = redactor;
  switch (event.type) {
    case "attemptEnded":
      return { ...event, outcome: redactOutcome(event.outcome, redactor) };
    case "itemsCollected":
      return { ...event, items: value(event.items), dependencies: value(event.dependencies) };
    case "itemsFailed":
      return { ...event, error: redactFailure(event.error, redactor) };
    case "gatePolled":
      return said(event, ["text", "problem"], redactor);
    default:
      return event;
  }
}

function redactOutcome(outcome: Outcome, redactor: Redactor): Outcome {
  switch (outcome.type) {
    case "succeeded": {
      const told = said(outcome, ["markers", "context", "resultText"], redactor);
      return outcome.output === undefined ? told : { ...told, output: redactor.json(outcome.output) };
    }
    case "failed":
    case "timed_out":
      return { ...outcome, error: redactFailure(outcome.error, redactor) };
    default:
      return said(outcome, ["reason"], redactor);
  }
}

/** Codes of ours say nothing of a secret; those of actions may. */
function redactFailure({ code, message }: Failure, { text }: Redactor): Failure {
  return { code: Object.hasOwn(errorCodes, code) ? code : text(code), message: text(message) };
}

/** The members with these names masked; the others as they are. */
function said<T extends object>(whole: T, names: readonly (keyof T)[], { value }: Redactor): T {
  const present = names.filter((name) => whole[name] !== undefined);
  return { ...whole, ...Object.fromEntries(present.map((name) => [name, value(whole[name])])) };
}
