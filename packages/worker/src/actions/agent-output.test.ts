import { describe, expect, it } from "vitest";
import { readAgentOutput } from "./agent-output.js";

const block = (body: string) => `<<<FLOW_OUTPUT>>>${body}<<<END_FLOW_OUTPUT>>>`;

describe("agent output", () => {
  it("is plain text with a block in it", () => {
    const stdout = `thinking\n${block('{"markers":["done"],"context":"c"}')}\n`;
    expect(readAgentOutput(stdout)).toMatchObject({
      answer: stdout,
      block: { markers: ["done"], context: "c" },
      usage: {},
      isError: false,
    });
  });

  it("is the result line of a program that prints JSON, with its figures", () => {
    const result = {
      type: "result",
      is_error: false,
      result: `answer ${block('{"markers":["from the answer"]}')}`,
      total_cost_usd: 0.25,
      num_turns: 3,
      duration_ms: 1_200,
      usage: {
        input_tokens: 10,
        output_tokens: 20,
        cache_read_input_tokens: 30,
        cache_creation_input_tokens: 40,
      },
    };
    const lines = [
      { type: "system", text: block('{"markers":["echoed prompt"]}') },
      { type: "result", result: "an earlier one" },
      result,
    ];
    const stdout = `${lines.map((line) => JSON.stringify(line)).join("\n")}\nbye "result"\n`;
    expect(readAgentOutput(stdout)).toMatchObject({
      answer: result.result,
      block: { markers: ["from the answer"] },
      usage: {
        ...{ costUsd: 0.25, turns: 3, durationMs: 1_200 },
        ...{ inputTokens: 10, outputTokens: 20, cacheReadInputTokens: 30, cacheCreationInputTokens: 40 },
      },
      isError: false,
    });
  });

  it("takes figures from the block's usage in either spelling, and none from its other members", () => {
    const body = { usage: { costUsd: 1, num_turns: "2", input_tokens: 5, output_tokens: null }, turns: 9 };
    expect(readAgentOutput(block(JSON.stringify(body))).usage).toEqual({
      costUsd: 1,
      turns: 2,
      inputTokens: 5,
    });
  });

  it("prefers the program's figures to the agent's", () => {
    const answer = block('{"usage":{"costUsd":0.01,"turns":2}}');
    const stdout = JSON.stringify({ type: "result", result: answer, total_cost_usd: 0.5 });
    expect(readAgentOutput(stdout).usage).toEqual({ costUsd: 0.5, turns: 2 });
  });

  it.each(["much", -1, Number.NaN, null, {}, "", " "])("leaves out a figure that is none: %j", (costUsd) => {
    expect(readAgentOutput(JSON.stringify({ type: "result", cost_usd: costUsd })).usage).toEqual({});
  });

  it("hears from the program that the agent failed", () => {
    expect(readAgentOutput('{"type":"result","is_error":true,"result":"no credit"}')).toMatchObject({
      isError: true,
      answer: "no credit",
    });
  });

  it.each(["", '{"type":"result"', '["result"]', '"result"', "null"])("survives %j", (stdout) => {
    expect(readAgentOutput(stdout)).toEqual({ answer: stdout, usage: {}, isError: false });
  });
});
