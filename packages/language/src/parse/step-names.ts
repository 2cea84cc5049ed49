/** Which steps a text names, as far as that can be told from single words: for texts that cannot be read as a whole. */
import { agentKey } from "@runfleet/model";
import type { Token } from "../syntax/token.js";

/** Words that a step's name follows. `workflow` stands behind `call` then. */
const beforeNames: ReadonlySet<string> = new Set(["call", "workflow", "script", "foreach", "parallel"]);

export function stepNames(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, { kind, text }] of tokens.entries()) {
    const next = tokens[index + 1];
    if (kind !== "word" || !beforeNames.has(text) || next === undefined) continue;
    if (next.kind === "word") names.add(next.text);
    if (next.kind === "string" && next.text !== "") names.add(agentKey({ kind: "path", value: next.text }));
  }
  return names;
}
