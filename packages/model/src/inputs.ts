/**
 * Inputs of a run from what the caller gave and what the workflow declares. Pure: used at start by producers and
 * when a parent starts a child. Undeclared inputs pass through; given values are never overwritten.
 */
import type { InputDeclaration } from "./definition.js";

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
