/** Options of a `foreach` that must fit together, and what the built-in item providers need. */
import type { ForeachNode } from "@runfleet/model";
import type { Find } from "./finding.js";

/** Filter members a built-in provider cannot do without. Other providers check their filters themselves. */
const requiredFilters: ReadonlyMap<string, readonly string[]> = new Map([
  ["json", ["from"]],
  ["range", ["from", "to"]],
  ["workflow_runs", []],
]);

/** Providers that every worker has. */
export const builtinItemProviders: ReadonlySet<string> = new Set(requiredFilters.keys());

export function checkForeach(node: ForeachNode, path: string, find: Find): void {
  if (node.onChildFail === "skip_dependents" && !node.ordered) {
    find({
      code: "invalid_foreach",
      path: `${path}:on_child_fail`,
      message:
        "`on_child_fail = skip_dependents` needs `ordered = true`: without order there are no dependents",
      hint: "add `ordered = true`, or use `continue`",
    });
  }
  const required = requiredFilters.get(node.over) ?? [];
  const missing = required.filter((member) => !Object.hasOwn(node.filter, member));
  if (missing.length === 0) return;
  const example = required.map((member) => `${member} = "…"`).join(" ");
  find({
    code: "invalid_foreach",
    path: `${path}:over`,
    message: `the item provider \`${node.over}\` needs ${missing.map((member) => `\`${member}\``).join(" and ")} in \`filter\``,
    hint: `add \`filter = { ${example} }\``,
  });
}
