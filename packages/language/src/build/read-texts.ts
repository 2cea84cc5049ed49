/** The builder's texts (durations, conditions, agents) to what definitions hold. A wrong text is the caller's mistake: it throws. */
import {
  type AgentRef,
  type Condition,
  type GateOptions,
  type MarkerCondition,
  type OnFail,
  parseDuration,
  RunfleetError,
} from "@runfleet/model";
import { agentOfCall, onFailOf } from "../definition/agent-ref.js";
import { conditionOf, markerConditionOf } from "../definition/condition.js";
import type { CallFields, RetryFields } from "../definition/make-nodes.js";
import type { CallOptions, RetryOptions } from "./step-options.js";
import type { Vocabulary } from "./vocabulary.js";

export function durationMsOf(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined)
    throw mistake(`\`${text}\` is not a duration; write for example "90s" or "1h30m"`);
  return durationMs;
}

export function readCondition(text: string): Condition {
  const condition = conditionOf(text);
  if (condition === undefined)
    throw mistake(`\`${text}\` is not a condition; write "step.marker" or the name of an input`);
  return condition;
}

export function readMarkerCondition(text: string): MarkerCondition {
  const condition = markerConditionOf(text);
  if (condition === undefined) throw mistake(`\`${text}\` is not a condition on a step; write "step.marker"`);
  return condition;
}

export function readAgent(text: string): AgentRef {
  if (text === "") throw mistake("the name of an agent is empty");
  return agentOfCall(text);
}

export function readGateOptions(
  options: readonly string[] | Readonly<Record<string, string>> | string,
): GateOptions {
  if (typeof options !== "string") {
    const entries = isList(options)
      ? options.map((value): [string, string] => [value, value])
      : Object.entries(options);
    return { kind: "fixed", values: Object.fromEntries(entries) };
  }
  const { step, marker: field } = readMarkerCondition(options);
  return { kind: "field", step, field };
}

export function retryFieldsOf(options: RetryOptions<Vocabulary>): RetryFields {
  const { retries, retryDelay, backoff, onFail, as, timeout } = options;
  return {
    retries,
    retryDelayMs: retryDelay === undefined ? undefined : durationMsOf(retryDelay),
    backoff,
    onFail: onFail === undefined ? undefined : readOnFail(onFail),
    as,
    timeoutMs: timeout === undefined ? undefined : durationMsOf(timeout),
  };
}

export function callFieldsOf(options: CallOptions<Vocabulary>): CallFields {
  const { output, with: snippets, pluginDirs, maxTurns } = options;
  return {
    ...retryFieldsOf(options),
    output,
    with: snippets === undefined ? undefined : [...snippets],
    pluginDirs: pluginDirs === undefined ? undefined : [...pluginDirs],
    maxTurns,
  };
}

/** The error of a program that describes a workflow which cannot be. */
export function mistake(message: string, details: Readonly<Record<string, unknown>> = {}): RunfleetError {
  return new RunfleetError("invalid_definition", message, { details });
}

function readOnFail(text: string): OnFail {
  if (text === "") throw mistake('`onFail` is empty; write "continue" or the name of an agent');
  return onFailOf(text);
}

function isList(value: readonly string[] | Readonly<Record<string, string>>): value is readonly string[] {
  return Array.isArray(value);
}
