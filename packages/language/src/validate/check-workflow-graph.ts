/**
 * Circles and depth of workflows calling workflows. The same rule as at run time: the root and five levels below it,
 * `foreach` included. Workflows that do not exist are left to `check-registered.ts`.
 */
import { type Definition, limits } from "@runfleet/model";
import type { Find } from "./finding.js";
import type { ValidationContext } from "./validation-context.js";
import { workflowReferences } from "./workflow-references.js";

interface Search {
  readonly workflows: (name: string) => Definition | undefined;
  readonly find: Find;
  /** The greatest depth at which a workflow was entered: entering it less deep shows nothing new. */
  readonly enteredAt: Map<string, number>;
  /** Steps of the root already found at fault: one finding each. */
  readonly reported: Set<string>;
}

export function checkWorkflowGraph(
  definition: Definition,
  { workflows }: ValidationContext,
  find: Find,
): void {
  if (workflows === undefined) return;
  const search: Search = { workflows, find, enteredAt: new Map(), reported: new Set() };
  for (const { workflow, path } of workflowReferences(definition)) {
    follow(search, workflow, { chain: [definition.name], path });
  }
}

/** `chain` holds the workflows from the root to the caller, `path` the step of the root the chain began with. */
function follow(
  search: Search,
  name: string,
  { chain, path }: { chain: readonly string[]; path: string },
): void {
  const { workflows, find, enteredAt, reported } = search;
  if (reported.has(path)) return;
  const names = [...chain, name].join(" -> ");
  if (chain.includes(name)) {
    reported.add(path);
    find({
      code: "workflow_cycle",
      path,
      message: `Circular workflow reference: ${names}`,
      hint: "repeat steps with `while` instead of a workflow calling itself",
    });
    return;
  }
  const definition = workflows(name);
  const depth = chain.length;
  if (definition === undefined || (enteredAt.get(name) ?? 0) >= depth) return;
  if (depth > limits.workflowDepthMax) {
    reported.add(path);
    find({
      code: "workflow_depth",
      path,
      message: `workflows call workflows more than ${limits.workflowDepthMax} levels deep: ${names}`,
    });
    return;
  }
  enteredAt.set(name, depth);
  for (const { workflow } of workflowReferences(definition)) {
    follow(search, workflow, { chain: [...chain, name], path });
  }
}
