/**
 * What the parser remembers while it reads, and the small steps every construct is read with: look, take, expect, skip.
 * No construct is known here; whatever is missing is reported and reading goes on.
 */
import { limits, type Node } from "@runfleet/model";
import { isUnsafeKey } from "../definition/names.js";
import type { Span } from "../diagnostics/diagnostic.js";
import type { Finding, Reporter } from "../diagnostics/reporter.js";
import type { Token } from "../syntax/token.js";

/** Reads one step whose keyword has been taken. `path` is the node path it will have. `undefined` after a report. */
export type NodeReader = (parser: Parser, keyword: Token, path: string) => Node | undefined;

export interface Parser {
  readonly source: string;
  readonly tokens: readonly Token[];
  /** Index of each opening brace to the index of the brace that closes it. */
  readonly closingBraces: ReadonlyMap<number, number>;
  readonly reporter: Reporter;
  /** Node path, or node path with `:` and the name of an option or part, to its place. */
  readonly places: Map<string, Span>;
  /** Keyword to reader; held here because the readers of blocks need the readers of everything. */
  readonly nodeReaders: ReadonlyMap<string, NodeReader>;
  index: number;
  /** Open blocks around the current place. */
  depth: number;
  /** Steps read so far. */
  steps: number;
}

export function peek(parser: Parser, ahead = 0): Token {
  const last = parser.tokens.length - 1;
  // The list is never empty: its last token is the end of the text.
  return parser.tokens[Math.min(parser.index + ahead, last)] as Token;
}

export function take(parser: Parser): Token {
  const token = peek(parser);
  if (parser.index < parser.tokens.length - 1) parser.index += 1;
  return token;
}

export function report(parser: Parser, finding: Finding): void {
  parser.reporter.report(finding);
  if (parser.reporter.isFull()) parser.index = parser.tokens.length - 1;
}

/** The fewest bytes a step takes as JSON; more steps than fit into a definition need not be read. */
const stepBytesMin = '{"kind":"sleep","name":"a","for":"1"},'.length;

/** Counts a step and keeps its place. Stops reading when no definition could hold that many. */
export function countStep(parser: Parser, path: string, token: Token): void {
  parser.places.set(path, token);
  parser.steps += 1;
  if (parser.steps * stepBytesMin <= limits.definitionBytesMax) return;
  parser.reporter.reportLast({
    code: "source_too_large",
    span: token,
    message: `more steps than a definition of ${limits.definitionBytesMax} bytes can hold`,
    hint: "split the workflow and use `call workflow`",
  });
  parser.index = parser.tokens.length - 1;
}

export function atEnd(parser: Parser): boolean {
  return peek(parser).kind === "end";
}

export function isPunctuation(token: Token, text: string): boolean {
  return token.kind === "punctuation" && token.text === text;
}

export function isWord(token: Token, text: string): boolean {
  return token.kind === "word" && token.text === text;
}

export function acceptPunctuation(parser: Parser, text: string): Token | undefined {
  return isPunctuation(peek(parser), text) ? take(parser) : undefined;
}

export function acceptWord(parser: Parser, text: string): Token | undefined {
  return isWord(peek(parser), text) ? take(parser) : undefined;
}

/** Takes optional `,` and `;`. True when there was one. */
export function skipSeparators(parser: Parser): boolean {
  let found = false;
  while (isPunctuation(peek(parser), ",") || isPunctuation(peek(parser), ";")) {
    take(parser);
    found = true;
  }
  return found;
}

/** How a token is named in messages. */
export function describe(token: Token): string {
  if (token.kind === "end") return "the end of the text";
  if (token.kind === "string") return "a string";
  return `\`${token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text}\``;
}

/** Reports that `what` should have come instead of the next token, which stays. */
export function reportExpected(parser: Parser, what: string, hint?: string): void {
  const token = peek(parser);
  report(parser, {
    code: "expected",
    span: token,
    message: `expected ${what}, found ${describe(token)}`,
    hint,
  });
}

/**
 * Takes a name. A quoted one is reported and used all the same if it would do without quotes. `what` is for the
 * message, for example "a name for this script".
 */
export function expectName(parser: Parser, what: string): Token | undefined {
  const token = peek(parser);
  if (token.kind === "word") {
    take(parser);
    return rejectUnsafeKey(parser, token) ? undefined : token;
  }
  if (token.kind === "string") {
    take(parser);
    report(parser, {
      code: "invalid_name",
      span: token,
      message: `${what} is written without quotes`,
      hint: "names have letters, digits, `_` and `-`, and begin with a letter or `_`",
    });
    return token;
  }
  reportExpected(parser, what);
  return undefined;
}

/** Reports the one name that would not survive as the key of an object. */
export function rejectUnsafeKey(parser: Parser, token: Token): boolean {
  if (!isUnsafeKey(token.text)) return false;
  report(parser, {
    code: "reserved_name",
    span: token,
    message: `\`${token.text}\` cannot be used as a name`,
  });
  return true;
}

/**
 * Takes what cannot be understood: one token at least, then up to the next line, step keyword or closing brace of this
 * block. Blocks on the way are taken whole.
 */
export function skipStatement(parser: Parser): void {
  do {
    if (isPunctuation(peek(parser), "{") || isPunctuation(peek(parser), "[")) skipGroup(parser);
    else take(parser);
  } while (!isStatementStart(parser));
}

/** Takes a bracketed group with everything in it; the next token is its opening bracket. */
export function skipGroup(parser: Parser): void {
  let depth = 0;
  do {
    const token = take(parser);
    if (isPunctuation(token, "{") || isPunctuation(token, "[")) depth += 1;
    if (isPunctuation(token, "}") || isPunctuation(token, "]")) depth -= 1;
  } while (depth > 0 && !atEnd(parser));
}

function isStatementStart(parser: Parser): boolean {
  const token = peek(parser);
  if (token.kind === "end" || isPunctuation(token, "}")) return true;
  // A group on the next line belongs to the head that was not understood.
  if (isPunctuation(token, "{") || isPunctuation(token, "[")) return false;
  return token.startsLine || (token.kind === "word" && parser.nodeReaders.has(token.text));
}
