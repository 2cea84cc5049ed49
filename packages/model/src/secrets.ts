/**
 * Secret inputs: values that steps get and nobody else sees. Records, states and documents hold a mask; the values lie
 * beside the run, sealed. Pure; sealing and opening are the store's (`createSecretBox`).
 */
import type { Definition } from "./definition.js";
import { RunfleetError } from "./error.js";

/** Stands wherever a secret would. It says nothing of the secret, not even its length. */
export const secretMask = "***";

/** Values by input as they are stored, encrypted when a key is configured. */
export type SealedInputs = Readonly<Record<string, string>>;

/** A piece of a child's input: text, or the value of a secret input of the parent. */
export type InputPiece = string | { readonly secret: string };

export interface SplitInputs {
  /** All inputs, secrets masked. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Values of the secrets. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Takes the secrets out of complete inputs: what the workflow declares secret, and what `alsoSecret` names because its
 * value comes from a secret. Throws `invalid_input` for a mask where a value should be.
 */
export function splitSecrets(
  definition: Definition,
  inputs: Readonly<Record<string, string>>,
  alsoSecret: Iterable<string> = [],
): SplitInputs {
  const declared = definition.inputs.flatMap(({ name, secret }) => (secret === true ? [name] : []));
  const names = [...new Set([...declared, ...alsoSecret])].filter((name) => Object.hasOwn(inputs, name));
  const secrets = Object.fromEntries(names.map((name) => [name, inputs[name] as string]));
  for (const name of names) refuseMask(definition.name, name, secrets[name]);
  return { inputs: { ...inputs, ...Object.fromEntries(names.map((name) => [name, secretMask])) }, secrets };
}

/** Whoever copies a document's inputs into a new start has the mask and means the value. */
function refuseMask(workflow: string, input: string, value: string | undefined): void {
  if (value !== secretMask) return;
  const message = `input "${input}" of workflow "${workflow}" is secret, and ${secretMask} is what people see of it; give its value`;
  throw new RunfleetError("invalid_input", message, { details: { workflow, input } });
}
