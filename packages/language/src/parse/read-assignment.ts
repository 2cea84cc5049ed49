/** The `=` between a key and its value, and what people write instead of it. */

import type { Token } from "../syntax/token.js";
import type { Parser } from "./parser.js";
import { acceptPunctuation, describe, peek, report, take } from "./parser.js";

/** True for what a key can be: a word, or in quotes any text. */
export function isKeyToken(token: Token): boolean {
  return token.kind === "word" || token.kind === "string" || token.kind === "integer";
}

/** True when the token after the next one says that the next one is a key. */
export function isAssignment(parser: Parser): boolean {
  const { kind, text } = peek(parser, 1);
  return (kind === "punctuation" && text === "=") || (kind === "stray" && text === ":");
}

/** Takes the `=` behind `key`; reports a missing one, or a `:` in its place, and lets the value follow all the same. */
export function readAssignment(parser: Parser, key: Token): void {
  if (acceptPunctuation(parser, "=") !== undefined) return;
  const next = peek(parser);
  if (next.kind === "stray" && next.text === ":") take(parser);
  report(parser, {
    code: "expected",
    span: next,
    message: `expected \`=\` after \`${key.text}\`, found ${describe(next)}`,
    hint: `write \`${key.text} = …\``,
  });
}
