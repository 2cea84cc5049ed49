/** What the world answers, from what was asked and nothing else: the same question always has the same answer. */
import type { EngineEvent, LocalCommand, Outcome } from "@runfleet/model";
import { hashOf } from "../../packages/testing/src/simulated/random.js";

type Question = Exclude<LocalCommand, { type: "abortAttempt" }>;

export function answerTo(command: Question): EngineEvent {
  const { address } = command;
  switch (command.type) {
    case "runAction":
    case "runScript":
      return {
        type: "attemptEnded",
        address,
        attempt: command.attempt,
        outcome: outcomeFor(`${address}#${command.attempt}`),
      };
    case "pollGate":
      return { type: "gatePolled", address, verdict: verdictFor(address), pollAfterMs: 20_000 };
    case "collectItems":
      return {
        type: "itemsCollected",
        address,
        items: ["x", "y", "z"].map((id) => ({ id, ref: id, context: { path: id } })),
        dependencies: [["z", "x"], hashOf(address) % 3 === 0 ? ["x", "z"] : ["z", "y"]],
      };
    default:
      return command satisfies never;
  }
}

export function verdictFor(address: string): "approved" | "rejected" {
  return hashOf(`gate ${address}`) % 9 === 0 ? "rejected" : "approved";
}

export function childStatusFor(childId: string): "completed" | "failed" {
  return hashOf(`child ${childId}`) % 6 === 0 ? "failed" : "completed";
}

export function markersFor(key: string): string[] {
  return hashOf(`markers ${key}`) % 2 === 0 ? ["red"] : [];
}

function outcomeFor(key: string): Outcome {
  const chance = hashOf(`outcome ${key}`) % 20;
  const usage = { costUsd: 1, turns: 1 };
  if (chance === 0) return { type: "timed_out", error: { code: "slow", message: key }, usage };
  if (chance < 4) {
    return { type: "failed", error: { code: "boom", message: key }, retryable: chance > 1, usage };
  }
  const output = JSON.stringify({ confidence: hashOf(key) % 100, text: key });
  return { type: "succeeded", markers: markersFor(key), context: key, output, usage };
}
