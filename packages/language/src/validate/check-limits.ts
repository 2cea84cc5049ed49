/** Limits must be ones that can be kept, and their keys made of inputs the workflow has. */
import { type Definition, keyInputs, limitsProblem } from "@runfleet/model";
import { suggestionHint } from "../diagnostics/suggest.js";
import type { Find } from "./finding.js";

export function checkLimits(definition: Definition, find: Find): void {
  const problem = limitsProblem(definition);
  if (problem !== undefined) find({ code: "invalid_limit", path: "meta:concurrency", message: problem });
  checkKey(definition, "concurrency", find);
  checkKey(definition, "rate", find);
}

/** Without an input every run would have the same key, which is no key at all. */
function checkKey(definition: Definition, kind: "concurrency" | "rate", find: Find): void {
  const key = definition[kind]?.key;
  if (key === undefined) return;
  const path = `meta:${kind}:key`;
  const names = keyInputs(key);
  const known = new Map(definition.inputs.map((input) => [input.name, input]));
  if (names.length === 0) {
    const hint = 'write for example `key = "{{tenant}}"`, or leave the key out to limit the whole workflow';
    find({ code: "invalid_limit", path, message: `the key of \`${kind}\` names no input`, hint });
  }
  for (const name of names) {
    const input = known.get(name);
    if (input?.secret === true) {
      const hint = "limit by an input that everybody may see";
      find({
        code: "invalid_secret",
        path,
        message: `the key of \`${kind}\` names the secret input \`${name}\``,
        hint,
      });
    }
    if (input !== undefined) continue;
    find({
      code: "invalid_limit",
      path,
      message: `the key of \`${kind}\` names \`${name}\`, which is no input of this workflow`,
      hint: () => suggestionHint(name, known.keys()),
    });
  }
}
