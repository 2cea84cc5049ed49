/**
 * All nodes of a definition in the order in which they are written, with their paths. Uses no call stack, so it can
 * look at definitions that are nested too deeply for everything else.
 */
import {
  alwaysAddress,
  bodyAddress,
  childAddress,
  type Definition,
  type Node,
  type ParallelBranch,
} from "@runfleet/model";
import { bodyPath } from "./body-path.js";

export interface PlacedNode {
  /** Branches of a parallel block are calls of their own. */
  readonly node: Node | ParallelBranch;
  readonly path: string;
  /** Blocks around the node, the workflow's own included. */
  readonly depth: number;
}

export function* walkNodes({ body, always }: Pick<Definition, "body" | "always">): Generator<PlacedNode> {
  const rest: PlacedNode[] = [...children(always, alwaysAddress, 2), ...children(body, bodyAddress, 1)];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    yield next;
    for (const child of childrenOf(next)) rest.push(child);
  }
}

function childrenOf({ node, path, depth }: PlacedNode): PlacedNode[] {
  switch (node.kind) {
    case "branch":
    case "loop":
      return children(node.body, bodyPath(path), depth + 1);
    case "sequence":
      return children(node.body, path, depth + 1);
    case "parallel":
      return children(node.branches, path, depth + 1);
    case "call":
    case "script":
    case "child":
    case "gate":
    case "sleep":
    case "foreach":
      return [];
  }
}

/** Last one first, because the walk takes from the end. */
function children(
  nodes: readonly (Node | ParallelBranch)[],
  parentPath: string,
  depth: number,
): PlacedNode[] {
  return nodes.map((node, index) => ({ node, path: childAddress(parentPath, index), depth })).toReversed();
}
