/**
 * What a step used (money, turns, time, tokens) and the sums a run keeps. Money is in US dollars, time in
 * milliseconds of work (parallel branches add up; it is not wall time).
 */
import { z } from "zod";

export const usageSchema = z.object({
  costUsd: z.number().min(0).optional(),
  turns: z.number().min(0).optional(),
  durationMs: z.number().min(0).optional(),
  inputTokens: z.number().min(0).optional(),
  outputTokens: z.number().min(0).optional(),
  cacheReadInputTokens: z.number().min(0).optional(),
  cacheCreationInputTokens: z.number().min(0).optional(),
});
export type Usage = z.infer<typeof usageSchema>;

/** Everything that is added up, in the order of the store's texts. */
export const usageNames = [
  "costUsd",
  "turns",
  "durationMs",
  "inputTokens",
  "outputTokens",
  "cacheReadInputTokens",
  "cacheCreationInputTokens",
] as const satisfies readonly (keyof Usage)[];

export const totalsSchema = z.object({
  costUsd: z.number(),
  turns: z.number(),
  durationMs: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadInputTokens: z.number(),
  cacheCreationInputTokens: z.number(),
  /** True once any step reported money, turns or tokens; decides whether people are shown LLM figures. */
  hasLlmMetrics: z.boolean(),
});
export type Totals = z.infer<typeof totalsSchema>;

export function zeroTotals(): Totals {
  return {
    costUsd: 0,
    turns: 0,
    durationMs: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    hasLlmMetrics: false,
  };
}

/** The sums with one more usage. A child's totals are a usage of its parent. */
export function addUsage(totals: Totals, usage: Usage): Totals {
  const llm = [usage.costUsd, usage.turns, usage.inputTokens, usage.outputTokens].some(
    (value) => (value ?? 0) > 0,
  );
  return {
    costUsd: totals.costUsd + (usage.costUsd ?? 0),
    turns: totals.turns + (usage.turns ?? 0),
    durationMs: totals.durationMs + (usage.durationMs ?? 0),
    inputTokens: totals.inputTokens + (usage.inputTokens ?? 0),
    outputTokens: totals.outputTokens + (usage.outputTokens ?? 0),
    cacheReadInputTokens: totals.cacheReadInputTokens + (usage.cacheReadInputTokens ?? 0),
    cacheCreationInputTokens: totals.cacheCreationInputTokens + (usage.cacheCreationInputTokens ?? 0),
    hasLlmMetrics: totals.hasLlmMetrics || llm,
  };
}
