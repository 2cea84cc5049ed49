/**
 * Workflow text in its one layout: two spaces a level, one space between pieces, `=` aligned in runs of options, at most
 * one empty line. Line breaks and comments stay where the author put them; no token is changed, so the meaning is the
 * same. Formatting twice changes nothing more.
 */
import { type Piece, type SourceLine, sourceLines } from "./source-lines.js";

/** Ends with a line end. Text that cannot be read as tokens comes back as it is. */
export function formatSource(source: string): string {
  const lines = sourceLines(source);
  if (lines === undefined) return source;
  const placed = placeLines(lines);
  const keyWidths = alignKeys(placed);
  const text = placed.map((line, index) => `${line.gap ? "\n" : ""}${printLine(line, keyWidths[index])}\n`);
  return text.join("");
}

interface PlacedLine {
  readonly pieces: SourceLine["pieces"];
  /** Blocks around the line. */
  readonly depth: number;
  /** Whether an empty line stands before it. */
  readonly gap: boolean;
  /** True when the line closes what it opens. */
  readonly isComplete: boolean;
}

function placeLines(lines: readonly SourceLine[]): PlacedLine[] {
  const placed: PlacedLine[] = [];
  let depth = 0;
  for (const { pieces, afterGap } of lines) {
    const leadingClosers = pieces.findIndex((piece) => !isCloser(piece));
    const closers = leadingClosers < 0 ? pieces.length : leadingClosers;
    const change = pieces.reduce((sum, piece) => sum + Number(isOpener(piece)) - Number(isCloser(piece)), 0);
    const previous = placed.at(-1)?.pieces.at(-1);
    placed.push({
      pieces,
      depth: Math.max(0, depth - closers),
      gap: afterGap && closers === 0 && previous !== undefined && !isOpener(previous),
      isComplete: change === 0 && closers === 0,
    });
    depth = Math.max(0, depth + change);
  }
  return placed;
}

/** For each line that is one option, the width of the widest key in its run. */
function alignKeys(lines: readonly PlacedLine[]): (number | undefined)[] {
  const widths: (number | undefined)[] = lines.map(() => undefined);
  let run: { index: number; width: number }[] = [];
  const close = (): void => {
    const widest = Math.max(...run.map(({ width }) => width));
    for (const { index } of run) widths[index] = widest;
    run = [];
  };
  for (const [index, line] of lines.entries()) {
    const [key, equals] = line.pieces;
    const isOption = line.isComplete && equals?.text === "=" && equals.kind === "punctuation";
    if (!isOption || line.gap) close();
    if (isOption) run.push({ index, width: key.text.length });
  }
  close();
  return widths;
}

function printLine({ pieces, depth }: PlacedLine, keyWidth: number | undefined): string {
  const [first, ...rest] = pieces;
  const parts = ["  ".repeat(depth), keyWidth === undefined ? first.text : first.text.padEnd(keyWidth)];
  let previous = first;
  for (const piece of rest) {
    parts.push(needsSpace(previous, piece) ? " " : "", piece.text);
    previous = piece;
  }
  return parts.join("");
}

function needsSpace(left: Piece, right: Piece): boolean {
  if (left.kind === "stray" || right.kind === "stray") return !right.touchesPrevious;
  if (isPunctuation(right, ",;.]") || isPunctuation(left, ".[")) return false;
  return !(isPunctuation(left, "{") && isPunctuation(right, "}"));
}

function isOpener(piece: Piece): boolean {
  return isPunctuation(piece, "{[");
}

function isCloser(piece: Piece): boolean {
  return isPunctuation(piece, "}]");
}

/** True for a punctuation piece that is one of the characters. */
function isPunctuation({ kind, text }: Piece, characters: string): boolean {
  return kind === "punctuation" && characters.includes(text);
}
