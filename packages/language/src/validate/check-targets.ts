/** Targets must be ones that exist, where the ones that exist are known. */
import type { Definition } from "@runfleet/model";
import { suggestionHint } from "../diagnostics/suggest.js";
import type { Find } from "./finding.js";
import type { ValidationContext } from "./validation-context.js";

export function checkTargets({ targets }: Definition, context: ValidationContext, find: Find): void {
  const known = context.targets;
  if (known === undefined || known.size === 0) return;
  for (const target of targets) {
    if (known.has(target)) continue;
    find({
      code: "unknown_target",
      path: "meta:targets",
      message: `\`${target}\` is no target`,
      hint: () => suggestionHint(target, known),
    });
  }
}
