/**
 * Performs `pollGate`: asks the gate's resolver once. A resolver that throws has not answered: the gate stays
 * pending and is asked again at its next turn.
 */
import type { PollGate, WorkerEvent } from "@runfleet/model";
import { failureOf } from "../outcomes.js";
import type { PerformContext } from "./context.js";

export async function pollGate(
  command: PollGate,
  context: PerformContext,
  signal: AbortSignal,
): Promise<WorkerEvent> {
  const { address, node, variables } = command;
  const resolver = context.registry.gate(node.gateType);
  if (resolver === undefined) {
    context.log.warn("no resolver is registered for a gate; it waits for its deadline", {
      gate: node.name,
      type: node.gateType,
    });
    return { type: "gatePolled", address, verdict: "pending" };
  }
  const pollAfter = resolver.intervalMs === undefined ? {} : { pollAfterMs: resolver.intervalMs };
  try {
    const answer = await resolver.poll({ run: context.run, gate: node, variables, signal });
    return { type: "gatePolled", address, ...answer, ...pollAfter };
  } catch (error) {
    context.log.warn("gate resolver failed, asking again later", {
      gate: node.name,
      error: failureOf(error).message,
    });
    return { type: "gatePolled", address, verdict: "pending", ...pollAfter };
  }
}
