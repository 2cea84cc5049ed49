/**
 * Values as they are written: scalars, lists and maps of scalars. What a value means (a number, a duration, a choice)
 * is decided by the reader of its option.
 */
import type { Span } from "../diagnostics/diagnostic.js";
import type { Parser } from "./parser.js";
import {
  acceptPunctuation,
  atEnd,
  describe,
  isPunctuation,
  peek,
  rejectUnsafeKey,
  report,
  reportExpected,
  skipGroup,
  skipSeparators,
  take,
} from "./parser.js";
import { isAssignment, isKeyToken, readAssignment } from "./read-assignment.js";

export interface ScalarValue {
  readonly kind: "quoted" | "bare";
  readonly text: string;
  readonly span: Span;
}

export interface ListValue {
  readonly kind: "list";
  readonly items: readonly string[];
  readonly span: Span;
}

export interface MapValue {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, string>;
  readonly span: Span;
}

export type RawValue = ScalarValue | ListValue | MapValue;

/** The next value, or `undefined` after a report. Takes nothing that cannot belong to a value. */
export function readValue(parser: Parser): RawValue | undefined {
  const token = peek(parser);
  if (isPunctuation(token, "[")) return readList(parser);
  if (isPunctuation(token, "{")) return readMap(parser);
  return readScalar(parser);
}

function startsScalar(parser: Parser): boolean {
  const { kind } = peek(parser);
  return kind === "string" || kind === "word" || kind === "integer" || kind === "quantity";
}

/** The next text, number or name; dotted names are one text. `undefined` after a report. */
export function readScalar(parser: Parser): ScalarValue | undefined {
  if (startsScalar(parser)) return takeScalar(parser);
  reportMissingValue(parser);
  return undefined;
}

/** As `readScalar`, where a text, number or name is known to come. */
export function takeScalar(parser: Parser): ScalarValue {
  const token = take(parser);
  if (token.kind === "string") return { kind: "quoted", text: token.text, span: token };
  const parts = [token.text];
  let end = token.end;
  while (isPunctuation(peek(parser), ".") && isDottedPart(parser)) {
    take(parser);
    const part = take(parser);
    parts.push(part.text);
    end = part.end;
  }
  const span = { start: token.start, end };
  if (token.kind !== "word" && parts.length > 1) {
    report(parser, {
      code: "invalid_value",
      span,
      message: "numbers have no decimals",
      hint: `write a whole number, or "${parts.join(".")}" if it is a text`,
    });
  }
  return { kind: "bare", text: parts.join("."), span };
}

function isDottedPart(parser: Parser): boolean {
  const { kind } = peek(parser, 1);
  return kind === "word" || kind === "integer" || kind === "quantity";
}

function reportMissingValue(parser: Parser): void {
  const token = peek(parser);
  if (token.kind !== "stray") {
    reportExpected(parser, "a value", 'for example "text", 12 or name');
    return;
  }
  take(parser);
  report(parser, {
    code: "unexpected_text",
    span: token,
    message: `a value cannot begin with ${describe(token)}`,
    hint: "write texts with other characters than letters, digits, `_` and `-` in double quotes",
  });
}

function readList(parser: Parser): ListValue {
  const open = take(parser);
  const items: string[] = [];
  for (;;) {
    skipSeparators(parser);
    const close = acceptPunctuation(parser, "]");
    if (close !== undefined) return { kind: "list", items, span: { start: open.start, end: close.end } };
    if (atEnd(parser) || isPunctuation(peek(parser), "}") || isAssignment(parser)) {
      reportUnclosed(parser, open, "[");
      return { kind: "list", items, span: open };
    }
    const item = readElement(parser);
    if (item !== undefined) items.push(item);
  }
}

function readMap(parser: Parser): MapValue {
  const open = take(parser);
  const entries = new Map<string, string>();
  for (;;) {
    skipSeparators(parser);
    const close = acceptPunctuation(parser, "}");
    if (close !== undefined) return { kind: "map", entries, span: { start: open.start, end: close.end } };
    if (atEnd(parser)) {
      reportUnclosed(parser, open, "{");
      return { kind: "map", entries, span: open };
    }
    readEntry(parser, entries);
  }
}

function readEntry(parser: Parser, entries: Map<string, string>): void {
  const key = peek(parser);
  if (!isKeyToken(key)) {
    report(parser, {
      code: "expected",
      span: key,
      message: `expected \`key = value\`, found ${describe(key)}`,
      hint: 'a map is written { key = "value" other = "value" }',
    });
    skipElement(parser);
    return;
  }
  take(parser);
  readAssignment(parser, key);
  const value = readElement(parser);
  if (value === undefined || rejectUnsafeKey(parser, key)) return;
  if (entries.has(key.text)) {
    report(parser, {
      code: "duplicate_option",
      span: key,
      message: `\`${key.text}\` is given twice; the last one counts`,
    });
  }
  entries.set(key.text, value);
}

/** One item of a list or value of a map: a scalar. */
function readElement(parser: Parser): string | undefined {
  const token = peek(parser);
  if (!isPunctuation(token, "{") && !isPunctuation(token, "[")) {
    const value = readScalar(parser);
    if (value === undefined && token === peek(parser)) skipElement(parser);
    return value?.text;
  }
  skipGroup(parser);
  report(parser, {
    code: "invalid_value",
    span: token,
    message: "lists and maps hold texts, not further lists or maps",
    hint: "hand structured data over as JSON in a string",
  });
  return undefined;
}

/** Takes one token that fits nowhere, unless it closes the group. */
function skipElement(parser: Parser): void {
  const token = peek(parser);
  if (isPunctuation(token, "}") || isPunctuation(token, "]")) {
    // The other kind of bracket than the one awaited: taken so that reading goes on.
    if (isPunctuation(token, "]")) take(parser);
    return;
  }
  if (isPunctuation(token, "{") || isPunctuation(token, "[")) skipGroup(parser);
  else take(parser);
}

function reportUnclosed(parser: Parser, open: Span, bracket: "[" | "{"): void {
  report(parser, {
    code: "unclosed_block",
    span: open,
    message: `this \`${bracket}\` is never closed`,
    hint: `add the missing \`${bracket === "[" ? "]" : "}"}\``,
  });
}
