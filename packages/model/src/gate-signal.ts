/** Which signal a gate of type `signal` waits for. */
import type { GateNode } from "./definition.js";

/** Its parameter `signal`, else its own name. */
export function signalName(node: Pick<GateNode, "name" | "params">): string {
  return node.params["signal"] ?? node.name;
}
