/** Whether scripts can be run, as far as somebody knows who can look at files. Commands with placeholders are not asked about. */
import type { Definition } from "@runfleet/model";
import { walkNodes } from "../definition/walk-nodes.js";
import type { Find } from "./finding.js";
import type { ValidationContext } from "./validation-context.js";

export function checkScripts(definition: Definition, { scripts }: ValidationContext, find: Find): void {
  if (scripts === undefined) return;
  for (const { node, path } of walkNodes(definition)) {
    if (node.kind !== "script" || node.run.includes("{{")) continue;
    const problem = scripts(node.run);
    if (problem === undefined) continue;
    find({
      code: "invalid_script",
      path: `${path}:run`,
      message: `the script \`${node.name}\` cannot be run: ${problem.message}`,
      hint: problem.hint,
    });
  }
}
