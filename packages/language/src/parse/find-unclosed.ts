/**
 * Which brace was forgotten. A missing `}` shows only at the end of the text, at the outermost block; indentation
 * tells where it belongs: a `}` that closes something further in than itself closes the wrong block.
 */
import type { Token } from "../syntax/token.js";

/** The `{` that has probably no `}`, or `undefined` when indentation says nothing. */
export function findUnclosed(tokens: readonly Token[], source: string): Token | undefined {
  const open: { readonly brace: Token; readonly indent: number }[] = [];
  let lineIndent = 0;
  for (const token of tokens) {
    if (token.startsLine) lineIndent = indentOf(token, source);
    if (token.kind !== "punctuation") continue;
    if (token.text === "{") open.push({ brace: token, indent: lineIndent });
    if (token.text !== "}") continue;
    const closed = open.pop();
    if (closed !== undefined && token.startsLine && lineIndent < closed.indent) return closed.brace;
  }
  return undefined;
}

function indentOf({ start }: Token, source: string): number {
  return start - (source.lastIndexOf("\n", start - 1) + 1);
}
