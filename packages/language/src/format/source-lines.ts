/** Source text as lines of pieces: tokens exactly as they are written, and the comments between them. */
import { createReporter } from "../diagnostics/reporter.js";
import type { TokenKind } from "../syntax/token.js";
import { tokenize } from "../syntax/tokenize.js";

export interface Piece {
  readonly kind: Exclude<TokenKind, "end"> | "comment";
  /** As written, quotes and escapes included; comments without white space at their end. */
  readonly text: string;
  /** True when nothing stands between this piece and the one before. */
  readonly touchesPrevious: boolean;
}

export interface SourceLine {
  readonly pieces: readonly [Piece, ...Piece[]];
  /** True when there was at least one empty line before. */
  readonly afterGap: boolean;
}

/** `undefined` for text so full of errors that not all of it was read. */
export function sourceLines(source: string): SourceLine[] | undefined {
  const reporter = createReporter(source, undefined);
  const { tokens, comments } = tokenize(source, reporter);
  if (reporter.isFull()) return undefined;
  const places = [
    ...tokens.flatMap(({ kind, start, end }) => (kind === "end" ? [] : [{ kind, start, end }])),
    ...comments.map((span) => ({ kind: "comment" as const, ...span })),
  ].toSorted((a, b) => a.start - b.start);
  const lines: { pieces: [Piece, ...Piece[]]; afterGap: boolean }[] = [];
  let previousEnd = 0;
  for (const { kind, start, end } of places) {
    const breaks = source.slice(previousEnd, start).split("\n").length - 1;
    const text = source.slice(start, end);
    const piece: Piece = {
      kind,
      text: kind === "comment" ? text.trimEnd() : text,
      touchesPrevious: start === previousEnd,
    };
    const line = breaks > 0 ? undefined : lines.at(-1);
    if (line === undefined) lines.push({ pieces: [piece], afterGap: breaks > 1 });
    else line.pieces.push(piece);
    previousEnd = end;
  }
  return lines;
}
