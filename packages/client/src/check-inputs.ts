/**
 * The inputs of a run from what the caller gave: as text, with defaults, within the limit. Pure; every refusal
 * comes before anything is written.
 */
import { type Definition, limits, RunfleetError, resolveInputs } from "@runfleet/model";
import { checkBytes, checkName } from "./check-start-options.js";
import type { InputValues } from "./client-options.js";

/**
 * Given values as text. Throws `invalid_input` for a value that is neither text, number nor boolean, `too_large` for
 * a name or a total over the limit.
 */
export function textInputs(given: InputValues): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    checkName("name of an input", name);
    if (!isScalar(value)) {
      throw new RunfleetError("invalid_input", `input "${name}" must be text, a number or a boolean`, {
        details: { input: name },
      });
    }
    inputs[name] = String(value);
  }
  checkInputsSize(inputs);
  return inputs;
}

/** Inputs with the workflow's defaults. Throws `invalid_input` naming every missing or malformed one. */
export function completeInputs(
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
  checkBooleans(definition, resolved.inputs);
  checkInputsSize(resolved.inputs);
  return resolved.inputs;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function checkBooleans(definition: Definition, inputs: Readonly<Record<string, string>>): void {
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

function checkInputsSize(inputs: Readonly<Record<string, string>>): void {
  checkBytes({ what: "inputs together", text: JSON.stringify(inputs), bytesMax: limits.inputsBytesMax });
}
