/**
 * Inputs for a child run, placeholders filled in. An input that a secret goes into leaves as a mask and in pieces that name
 * the secret: it travels through the outbox, where no secret may lie.
 */
import { type InputPiece, type StartChild, secretMask } from "@runfleet/model";
import { substituteAll, templatePieces } from "./template.js";

/** Unknown placeholders stay as they are written. */
export function childInputs(
  texts: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
  secrets: ReadonlySet<string>,
): Pick<StartChild, "inputs" | "secretInputs"> {
  const inputs = substituteAll(texts, variables, "keep");
  if (secrets.size === 0) return { inputs };
  const secretInputs: Record<string, InputPiece[]> = {};
  for (const [name, text] of Object.entries(texts)) {
    const pieces = templatePieces(text, variables, secrets);
    if (pieces.every((piece) => typeof piece === "string")) continue;
    secretInputs[name] = pieces;
    inputs[name] = secretMask;
  }
  return Object.keys(secretInputs).length === 0 ? { inputs } : { inputs, secretInputs };
}
