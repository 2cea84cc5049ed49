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
    return { type: "gatePolled", address, verdict: "pending" };
  }
  try {
    const answer = await resolver.poll({ run: context.run, gate: node, variables, signal });
    return { type: "gatePolled", address, ...answer };
  } catch (error) {
    context.log.warn("gate resolver failed, asking again later", {
      gate: node.name,
      error: failureOf(error).message,
    });
    return { type: "gatePolled", address, verdict: "pending" };
  }
}
