/** The pieces workflow text is made of. Comments are kept beside the tokens, for a formatter that must not lose them. */
import type { Span } from "../diagnostics/diagnostic.js";

/**
 * `word` is a name or keyword; which of the two depends on the place only. `quantity` is digits with letters behind
 * (`1h30m`). `stray` is text that means nothing; it is reported where the parser meets it, with a hint for that place.
 */
export type TokenKind = "word" | "string" | "integer" | "quantity" | "punctuation" | "stray" | "end";

export interface Token extends Span {
  readonly kind: TokenKind;
  /** As written; for strings what is between the quotes, escapes resolved. */
  readonly text: string;
  /** True for the first token of a line. */
  readonly startsLine: boolean;
}

export interface TokenizedSource {
  /** Never empty: the last one has kind `end`. */
  readonly tokens: Token[];
  /** From the comment's first character to the end of its line. */
  readonly comments: Span[];
}
