/**
 * Inputs of a new run or schedule as they are stored: secrets masked, their values sealed for where they will lie. The one
 * way for everybody who creates one.
 */
import { type Definition, limits, RunfleetError, type SealedInputs, splitSecrets } from "@runfleet/model";
import type { SealedPlace, SecretBox } from "./secret-box.js";

export interface StoredInputs {
  /** Secrets are masked. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Absent when nothing is secret. */
  readonly sealed?: SealedInputs;
  readonly secretInputs?: readonly string[];
}

/**
 * `inputs`: complete, with the values of secrets. `alsoSecret`: names beside the declared ones. Throws `invalid_input`,
 * `too_large`.
 */
export function sealInputs(
  box: SecretBox,
  place: SealedPlace,
  given: {
    readonly definition: Definition;
    readonly inputs: Readonly<Record<string, string>>;
    readonly alsoSecret?: Iterable<string>;
  },
): StoredInputs {
  const { inputs, secrets } = splitSecrets(given.definition, given.inputs, given.alsoSecret);
  const secretInputs = Object.keys(secrets);
  if (secretInputs.length === 0) return { inputs };
  const actual = Buffer.byteLength(JSON.stringify(given.inputs));
  if (actual > limits.inputsBytesMax) {
    const message = `the inputs of workflow ${given.definition.name} have ${actual} bytes; at most ${limits.inputsBytesMax} are allowed`;
    throw new RunfleetError("too_large", message, { details: { limit: "inputsBytesMax" } });
  }
  return { inputs, sealed: box.seal(place, secrets), secretInputs };
}
