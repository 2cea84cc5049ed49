/** Which workflows a definition calls, and from where. */
import type { Definition } from "@runfleet/model";
import { walkNodes } from "../definition/walk-nodes.js";
import { compareTexts } from "../diagnostics/diagnostic.js";

export interface WorkflowReference {
  readonly workflow: string;
  /** The place of the name, of its first use. */
  readonly path: string;
}

/** By name; each workflow once. */
export function workflowReferences(definition: Definition): WorkflowReference[] {
  const paths = new Map<string, string>();
  for (const { node, path } of walkNodes(definition)) {
    const at = node.kind === "child" ? `${path}:name` : `${path}:workflow`;
    if ((node.kind === "child" || node.kind === "foreach") && !paths.has(node.workflow))
      paths.set(node.workflow, at);
  }
  const references = [...paths].map(([workflow, path]) => ({ workflow, path }));
  return references.toSorted((a, b) => compareTexts(a.workflow, b.workflow));
}
