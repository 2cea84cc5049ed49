/**
 * Two agents that are functions here; with `execAgent` they are programs, with an HTTP client they are models. What counts is
 * what they return: markers for the loop, text members for later steps, and usage, which becomes the run's cost.
 */
import { defineAction, defineConfig } from "@runfleet/worker";
import { z } from "zod";

const spentSoFar = z.object({ spent: z.coerce.number().default(0) });

const write = defineAction({
  name: "write",
  input: spentSoFar.extend({ task: z.string() }),
  async run({ input }) {
    const costUsd = 0.2;
    return {
      markers: ["written"],
      context: `a draft of ${input.task}`,
      output: { spent: (input.spent + costUsd).toFixed(2) },
      usage: { costUsd, turns: 3, inputTokens: 12_000, outputTokens: 900, model: "writer-1" },
    };
  },
});

const review = defineAction({
  name: "review",
  input: spentSoFar.extend({ budget: z.coerce.number() }),
  async run({ input, address }) {
    const costUsd = 0.1;
    const spent = (input.spent + costUsd).toFixed(2);
    // The address of a step in a loop has its iteration, from 0.
    const findings = Math.max(0, 2 - Number(/@(\d+)/.exec(address)?.[1] ?? 0));
    return {
      markers: [
        ...(findings > 0 ? ["has_findings"] : ["clean"]),
        ...(findings > 0 && Number(spent) > input.budget ? ["over_budget"] : []),
      ],
      context: `${findings} findings`,
      output: { spent },
      usage: { costUsd, turns: 1, inputTokens: 4_000, outputTokens: 200, model: "reviewer-1" },
    };
  },
});

const merge = defineAction({
  name: "merge",
  run: async ({ variables }) => ({ context: `merged for ${variables["spent"]} USD` }),
});

export default defineConfig({ workflows: ".", actions: [write, review, merge] });
