import { usageNames } from "@runfleet/model";
import { expect, test } from "vitest";
import { genAiAttributes } from "./gen-ai.js";

test("every number of a usage but the duration has an attribute", () => {
  const usage = Object.fromEntries(usageNames.map((name, index) => [name, 10 ** index]));
  const {
    costUsd,
    turns,
    inputTokens = 0,
    outputTokens,
    cacheReadInputTokens = 0,
    cacheCreationInputTokens = 0,
  } = usage;
  expect(genAiAttributes(usage, { agent: "reviewer", model: "some-model" })).toEqual({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "reviewer",
    "gen_ai.request.model": "some-model",
    // The convention counts the tokens of caches as read.
    "gen_ai.usage.input_tokens": inputTokens + cacheReadInputTokens + cacheCreationInputTokens,
    "gen_ai.usage.cache_read.input_tokens": cacheReadInputTokens,
    "gen_ai.usage.cache_creation.input_tokens": cacheCreationInputTokens,
    "gen_ai.usage.output_tokens": outputTokens,
    "usage.cost_usd": costUsd,
    "usage.turns": turns,
  });
});

test("an attempt that used no model says nothing about one", () => {
  expect(genAiAttributes({ durationMs: 12 }, { agent: "http", model: "some-model" })).toEqual({});
});
