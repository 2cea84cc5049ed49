/**
 * What an agent program printed, understood: its answer, the FLOW_OUTPUT block in it, and what it says it used. Two forms
 * of standard output are known: plain text, and lines of JSON of which one has `"type": "result"` (its `result` is the
 * answer then). Pure; decides nothing about success but what the program itself says.
 */
import { type FlowOutput, parseFlowOutput } from "@runfleet/engine";
import type { Usage } from "@runfleet/model";

export interface AgentOutput {
  /** What the agent said, without what its program printed around it. */
  readonly answer: string;
  /** Absent: it wrote no block, or one that cannot be read. */
  readonly block?: FlowOutput;
  readonly usage: Usage;
  /** True when the program itself says that the agent failed. */
  readonly isError: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** Names under which a figure may come, in a `usage` member or beside it. */
const usageNames: { readonly [K in keyof Required<Usage>]: readonly string[] } = {
  costUsd: ["costUsd", "cost_usd", "total_cost_usd"],
  turns: ["turns", "num_turns"],
  durationMs: ["durationMs", "duration_ms"],
  inputTokens: ["inputTokens", "input_tokens"],
  outputTokens: ["outputTokens", "output_tokens"],
  cacheReadInputTokens: ["cacheReadInputTokens", "cache_read_input_tokens"],
  cacheCreationInputTokens: ["cacheCreationInputTokens", "cache_creation_input_tokens"],
};

/** Reads what an agent program printed. Figures of the result line win over those in the block. Never throws. */
export function readAgentOutput(stdout: string): AgentOutput {
  const result = resultLine(stdout);
  const answer = typeof result?.["result"] === "string" ? result["result"] : stdout;
  const block = parseFlowOutput(answer);
  return {
    answer,
    ...(block === undefined ? {} : { block }),
    usage: { ...usageIn(inBlock(block)), ...usageIn(result) },
    isError: result?.["is_error"] === true,
  };
}

/** The last line that is a JSON object with `"type": "result"`. */
function resultLine(stdout: string): Members | undefined {
  if (!stdout.includes('"result"')) return undefined;
  for (const line of stdout.split("\n").reverse()) {
    const value = line.includes('"result"') ? parsedObject(line) : undefined;
    if (value?.["type"] === "result") return value;
  }
  return undefined;
}

/** Only what stands in the block's own member `usage`: the other members are the agent's business. */
function inBlock(block: FlowOutput | undefined): Members | undefined {
  const usage = block?.output === undefined ? undefined : parsedObject(block.output)?.["usage"];
  return isMembers(usage) ? usage : undefined;
}

function usageIn(members: Members | undefined): Usage {
  if (members === undefined) return {};
  const nested = isMembers(members["usage"]) ? members["usage"] : {};
  const figures = Object.entries(usageNames).flatMap(([name, spellings]) => {
    const found = spellings.map((spelling) => amountOf(members[spelling] ?? nested[spelling]));
    const amount = found.find((value) => value !== undefined);
    return amount === undefined ? [] : [[name, amount] as const];
  });
  return Object.fromEntries(figures);
}

/** A number, or a text that is one; anything else is no figure. */
function amountOf(value: unknown): number | undefined {
  const text = typeof value === "string" && value.trim() !== "" ? value : undefined;
  const amount = typeof value === "number" ? value : Number(text);
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

function parsedObject(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
