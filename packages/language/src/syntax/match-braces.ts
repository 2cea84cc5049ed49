/** Which `}` closes which `{`. Found once for all, so that looking behind a block costs nothing. */
import type { Token } from "./token.js";

/** Token index of each `{` to that of its `}`; braces without a partner are left out. */
export function matchBraces(tokens: readonly Token[]): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== "punctuation") continue;
    if (text === "{") open.push(index);
    if (text !== "}") continue;
    const opening = open.pop();
    if (opening !== undefined) pairs.set(opening, index);
  }
  return pairs;
}
