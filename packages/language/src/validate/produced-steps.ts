/** The names under which steps leave results that conditions can look at. */
import { agentKey, type Definition, type Node, type ParallelBranch } from "@runfleet/model";
import { walkNodes } from "../definition/walk-nodes.js";

/** The names one node itself leaves behind, without those inside its body. Gates and sleeps leave none. */
export function producedBy(node: Node | ParallelBranch): readonly string[] {
  switch (node.kind) {
    case "call":
      return [agentKey(node.agent)];
    case "script":
    case "foreach":
      return [node.name];
    case "child":
      return [node.workflow];
    case "parallel":
      return node.name === undefined ? [] : [node.name];
    case "gate":
    case "sleep":
    case "branch":
    case "loop":
    case "sequence":
      return [];
  }
}

/** Everything a called workflow leaves behind in its caller: its own steps, not those of workflows it calls in turn. */
export function producedByWorkflow(definition: Pick<Definition, "body" | "always">): Set<string> {
  const produced = new Set<string>();
  for (const { node } of walkNodes(definition)) {
    for (const name of producedBy(node)) produced.add(name);
  }
  return produced;
}
