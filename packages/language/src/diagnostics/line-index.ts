/**
 * Offsets in a text to lines and columns. The starts of lines are found once; each question is a binary search.
 * Does not count display width: a tab is one column, a character outside the basic plane two.
 */
import type { Position, Span } from "./diagnostic.js";

/** Lines end with `\n`; a `\r` before it belongs to the line. */
export function createLineIndex(source: string): (span: Span) => Position {
  let starts: number[] | undefined;
  return ({ start, end }) => {
    starts ??= lineStarts(source);
    const line = lineOf(starts, start);
    const endLine = lineOf(starts, end);
    return {
      line: line + 1,
      column: start - (starts[line] as number) + 1,
      endLine: endLine + 1,
      endColumn: end - (starts[endLine] as number) + 1,
    };
  };
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last start that is not behind the offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
