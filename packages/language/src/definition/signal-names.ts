/** The signals that gates of a definition wait for. */
import { type Definition, type GateNode, signalName } from "@runfleet/model";
import { walkNodes } from "./walk-nodes.js";

/** Names, each once, in the order in which they are written. */
export function signalNames(definition: Definition): readonly string[] {
  const gates = [...walkNodes(definition)].flatMap(({ node }) => (isSignalGate(node) ? [node] : []));
  return [...new Set(gates.map(signalName))];
}

function isSignalGate(node: { readonly kind: string }): node is GateNode {
  return node.kind === "gate" && (node as GateNode).gateType === "signal";
}
