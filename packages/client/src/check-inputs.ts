/**
 * The inputs of a run from what the caller gave: as text, with defaults, within the limit. Pure; every refusal
 * comes before anything is written.
 */
import { acceptInputs, type Definition, limits, RunfleetError } from "@runfleet/model";
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
  const inputs = acceptInputs(definition, given);
  checkInputsSize(inputs);
  return inputs;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function checkInputsSize(inputs: Readonly<Record<string, string>>): void {
  checkBytes({ what: "inputs together", text: JSON.stringify(inputs), bytesMax: limits.inputsBytesMax });
}
