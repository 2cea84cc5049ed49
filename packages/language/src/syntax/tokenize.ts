/**
 * Source text to tokens, in one pass, whatever the text is. Reports what is wrong inside a token (open strings, other
 * quotes, block comments) and goes on; knows nothing of grammar.
 */
import type { Span } from "../diagnostics/diagnostic.js";
import type { Reporter } from "../diagnostics/reporter.js";
import { scanString } from "./scan-string.js";
import type { TokenizedSource, TokenKind } from "./token.js";

const space = /[\s\u0085]+/y;
const comment = /(?:\/\/|#|--)[^\n]*/y;
const blockComment = /\/\*(?:[^*\n]|\*(?!\/))*(?:\*\/)?/y;
/** Quotes of other languages and of word processors, closed on their line. */
const foreignString = /'([^'\n]*)'|`([^`\n]*)`|[“”„]([^“”„"\n]*)[“”"]/y;

/** Tried in this order. */
const tokenRules: readonly (readonly [TokenKind, RegExp])[] = [
  ["word", /[A-Za-z_][A-Za-z0-9_-]*/y],
  ["punctuation", /[{}[\],;=.]/y],
  ["quantity", /[0-9]+[A-Za-z_][A-Za-z0-9_-]*/y],
  ["integer", /[0-9]+/y],
  ["stray", /:|[^\s\u0085"{}[\],;=.:A-Za-z0-9_#]+/y],
];

interface Lexer extends TokenizedSource {
  readonly source: string;
  readonly reporter: Reporter;
  at: number;
  startsLine: boolean;
  /** Set by the first string without an end. Later ones end with their line, or the time would be quadratic. */
  sawOpenString: boolean;
}

export function tokenize(source: string, reporter: Reporter): TokenizedSource {
  const lexer: Lexer = {
    source,
    reporter,
    tokens: [],
    comments: [],
    at: 0,
    startsLine: true,
    sawOpenString: false,
  };
  while (lexer.at < source.length && !reporter.isFull()) {
    if (!skipSpace(lexer) && !skipComment(lexer)) readToken(lexer);
  }
  push(lexer, { kind: "end", text: "", end: lexer.at });
  return { tokens: lexer.tokens, comments: lexer.comments };
}

function skipSpace(lexer: Lexer): boolean {
  const text = match(lexer, space);
  if (text === undefined) return false;
  if (text.includes("\n")) lexer.startsLine = true;
  lexer.at += text.length;
  return true;
}

function skipComment(lexer: Lexer): boolean {
  const start = lexer.at;
  const block = match(lexer, blockComment);
  const text = block ?? match(lexer, comment);
  if (text === undefined) return false;
  const span = { start, end: start + text.length };
  if (block !== undefined) {
    lexer.reporter.report({
      code: "block_comment",
      span,
      message: "block comments do not exist",
      hint: "begin each line of the comment with //",
    });
  }
  lexer.comments.push(span);
  lexer.at = span.end;
  return true;
}

function readToken(lexer: Lexer): void {
  if (lexer.source[lexer.at] === '"') {
    readString(lexer);
    return;
  }
  const foreign = match(lexer, foreignString);
  if (foreign !== undefined) {
    readForeignString(lexer, foreign);
    return;
  }
  for (const [kind, pattern] of tokenRules) {
    const text = match(lexer, pattern);
    if (text === undefined) continue;
    push(lexer, { kind, text, end: lexer.at + text.length });
    return;
  }
}

function readString(lexer: Lexer): void {
  const start = lexer.at;
  const { text, end, closed } = scanString(lexer.source, start, lexer.sawOpenString ? "line" : "text");
  if (!closed) {
    lexer.sawOpenString = true;
    lexer.reporter.report({
      code: "unterminated_string",
      span: { start, end },
      message: "this string has no closing quote",
      hint: 'close it with ", and write \\" for a quote inside',
    });
  } else if (text.includes("\n") && isWordCharacter(lexer.source[end])) {
    warnRunaway(lexer, { start, end });
  }
  push(lexer, { kind: "string", text, end });
}

/** After a forgotten quote every later quote has the other meaning, and what looks like its end opens the next text. */
function warnRunaway(lexer: Lexer, { start, end }: Span): void {
  lexer.reporter.report({
    code: "suspicious_string",
    span: { start, end: lexer.source.indexOf("\n", start) },
    message: `this string goes on over several lines and ends right before \`${lexer.source.slice(end, end + 10)}\``,
    hint: "is its closing quote missing on this line?",
  });
}

function readForeignString(lexer: Lexer, text: string): void {
  const span = { start: lexer.at, end: lexer.at + text.length };
  const content = text.slice(1, -1);
  lexer.reporter.report({
    code: "wrong_quotes",
    span,
    message: "strings are written in double quotes",
    hint: `write "${content.length > 40 ? "…" : content}"`,
  });
  push(lexer, { kind: "string", text: content, end: span.end });
}

function push(lexer: Lexer, { kind, text, end }: { kind: TokenKind; text: string; end: number }): void {
  lexer.tokens.push({ kind, text, start: lexer.at, end, startsLine: lexer.startsLine });
  lexer.at = end;
  lexer.startsLine = false;
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9_./{$-]/.test(character);
}

function match(lexer: Lexer, pattern: RegExp): string | undefined {
  pattern.lastIndex = lexer.at;
  return pattern.exec(lexer.source)?.[0];
}
