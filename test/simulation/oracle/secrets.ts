/**
 * What the oracle hands to a child run. An input that a secret goes into leaves as a mask, and beside it as what is to be put
 * together where the child is created.
 */
import type { InputPiece, StartChild } from "@runfleet/model";
import type { Machine } from "./machine.js";
import { filled, filledAll } from "./memory.js";

const mask = "***";

export function childInputs(
  { program: { secrets, injected } }: Machine,
  texts: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Pick<StartChild, "inputs" | "secretInputs"> {
  // What the worker says wins over inputs, secret ones too.
  const names = Object.keys(secrets).filter((name) => !(name in injected));
  const inputs = filledAll(texts, variables, "keep");
  const secretInputs: Record<string, InputPiece[]> = {};
  for (const [input, text] of Object.entries(texts)) {
    const pieces = piecesOf(text, variables, names);
    if (pieces.every((piece) => typeof piece === "string")) continue;
    secretInputs[input] = pieces;
    inputs[input] = mask;
  }
  return Object.keys(secretInputs).length === 0 ? { inputs } : { inputs, secretInputs };
}

/** The text cut at its placeholders: a secret is named, everything else is filled in. */
function piecesOf(
  text: string,
  variables: Readonly<Record<string, string>>,
  secrets: readonly string[],
): InputPiece[] {
  return text.split(/(\{\{.*?\}\})/gs).map((part) => {
    const written = /^\{\{(.*?)\}\}$/s.exec(part)?.[1]?.trim();
    const secret = secrets.find((name) => written === name || written === `inputs.${name}`);
    return secret === undefined ? filled(part, variables, { missing: "keep" }) : { secret };
  });
}
