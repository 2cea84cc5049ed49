/** Which workflows a definition starts. Pure; does not look whether they exist. */
import type { Definition, Node } from "@runfleet/model";

/** Names of the workflows that `call workflow` and `foreach` start: what must be published with this definition. */
export function calledWorkflows({ body, always }: Definition): string[] {
  return [...new Set([...body, ...always].flatMap(calledBy))];
}

function calledBy(node: Node): string[] {
  if (node.kind === "child" || node.kind === "foreach") return [node.workflow];
  return "body" in node ? node.body.flatMap(calledBy) : [];
}
