/** The node of a definition that an address or a path of a run names. Pure. */
import type { Definition, Node } from "@runfleet/model";

/** Of blocks without what is inside them. */
export function writtenNode(definition: Definition, address: string): object | undefined {
  const [root, ...steps] = address.split(".").map((part) => part.replace(/@\d+$/, ""));
  let inside: readonly Node[] = root === "a" ? definition.always : definition.body;
  let node: Node | undefined;
  for (const part of steps) {
    // The agent that runs after a step has failed is part of the step.
    if (part === "f") break;
    // The body of a branch or loop is a part of the address, and no node.
    if (node?.kind === "branch" || node?.kind === "loop") {
      inside = node.body;
      node = undefined;
      continue;
    }
    node = inside[Number(part)];
    inside = insideOf(node);
  }
  return node === undefined || "body" in node || "branches" in node ? undefined : node;
}

function insideOf(node: Node | undefined): readonly Node[] {
  if (node?.kind === "sequence") return node.body;
  return node?.kind === "parallel" ? node.branches : [];
}
