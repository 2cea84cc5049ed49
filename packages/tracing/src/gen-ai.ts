/**
 * What an attempt used, in the words of OpenTelemetry's conventions for generative AI. The one table between our usage and
 * theirs: when they rename something, this file changes and nothing else.
 */
import type { Attributes } from "@opentelemetry/api";
import type { Usage } from "@runfleet/model";
import { attributes } from "./attributes.js";

/** Ours has no word for who runs the model, so `gen_ai.provider.name` is not said. */
const usageAttributes: Readonly<Record<string, (usage: Usage) => number | undefined>> = {
  // Theirs counts all tokens that were read, ours those that were in no cache.
  [attributes.inputTokens]: ({ inputTokens, cacheReadInputTokens, cacheCreationInputTokens }) =>
    sum(inputTokens, cacheReadInputTokens, cacheCreationInputTokens),
  [attributes.outputTokens]: ({ outputTokens }) => outputTokens,
  [attributes.cacheReadTokens]: ({ cacheReadInputTokens }) => cacheReadInputTokens,
  [attributes.cacheCreationTokens]: ({ cacheCreationInputTokens }) => cacheCreationInputTokens,
  // They have no word for these.
  [attributes.costUsd]: ({ costUsd }) => costUsd,
  [attributes.turns]: ({ turns }) => turns,
};

/** Nothing for an attempt that used no model. `model`: the one that was asked for. */
export function genAiAttributes(
  usage: Usage,
  asked: { readonly agent: string; readonly model?: string },
): Attributes {
  const entries = Object.entries(usageAttributes).flatMap(([name, read]) => {
    const value = read(usage);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (entries.length === 0) return {};
  return {
    [attributes.operationName]: "invoke_agent",
    [attributes.agentName]: asked.agent,
    ...(asked.model === undefined ? {} : { [attributes.requestModel]: asked.model }),
    ...Object.fromEntries(entries),
  };
}

function sum(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}
