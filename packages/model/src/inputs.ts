/**
 * Inputs of a run from what the caller gave and what the workflow declares. Pure: used at start by producers and
 * when a parent starts a child. Undeclared inputs pass through; given values are never overwritten.
 */
import type { Definition, InputDeclaration } from "./definition.js";
import { RunfleetError } from "./error.js";

export type ResolvedInputs =
  | { readonly ok: true; readonly inputs: Record<string, string> }
  | { readonly ok: false; readonly missing: readonly string[] };

/** Fills defaults in order of declaration; a boolean without value is "false"; missing required inputs are named. */
export function resolveInputs(
  declarations: readonly InputDeclaration[],
  given: Readonly<Record<string, string>>,
): ResolvedInputs {
  const inputs: Record<string, string> = { ...given };
  const missing: string[] = [];
  for (const { name, type, required, default: fallback } of declarations) {
    if (Object.hasOwn(inputs, name)) continue;
    if (required) missing.push(name);
    else if (fallback !== undefined) inputs[name] = fallback;
    else if (type === "boolean") inputs[name] = "false";
  }
  return missing.length > 0 ? { ok: false, missing } : { ok: true, inputs };
}

/**
 * What a root run gets: the given values with the workflow's defaults. Throws `invalid_input` naming every missing one,
 * or the first boolean that is none. Sizes are the store's to check.
 */
export function acceptInputs(
  definition: Definition,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const resolved = resolveInputs(definition.inputs, given);
  if (!resolved.ok) {
    const names = resolved.missing.map((name) => `"${name}"`).join(", ");
    throw new RunfleetError("invalid_input", `workflow "${definition.name}" needs the input ${names}`, {
      details: { workflow: definition.name, missing: resolved.missing },
    });
  }
  refuseOddBooleans(definition, resolved.inputs);
  return resolved.inputs;
}

function refuseOddBooleans(definition: Definition, inputs: Readonly<Record<string, string>>): void {
  for (const { name, type } of definition.inputs) {
    const value = inputs[name];
    if (type !== "boolean" || value === undefined || value === "true" || value === "false") continue;
    throw new RunfleetError(
      "invalid_input",
      `input "${name}" of workflow "${definition.name}" is a boolean: "true" or "false", not ${JSON.stringify(value.slice(0, 50))}`,
      { details: { workflow: definition.name, input: name } },
    );
  }
}
