/** Chooses which lines of a tree are shown when there are more of them than rows. Pure. */

/** How much a line is missed when it is left out, most first. */
const ranks = ["frame", "open", "detail", "ended", "past"] as const;
export type Rank = (typeof ranks)[number];

export interface TreeLine {
  readonly text: string;
  /**
   * `frame`: the first lines and the last one. `open`: what happens now or waits. `detail`: what is said about that.
   * `ended`: what is over. `past`: what is said about that.
   */
  readonly rank: Rank;
}

/**
 * At most `rowsMax` lines, in their order. What is missed least goes first, of equals the oldest; where lines are missing,
 * one line says how many.
 */
export function fitLines(lines: readonly TreeLine[], rowsMax: number): string[] {
  if (lines.length <= rowsMax) return lines.map(({ text }) => text);
  const kept = lines.map(() => true);
  let height = lines.length;
  for (const index of leastMissedFirst(lines)) {
    if (height <= rowsMax) break;
    kept[index] = false;
    height -= 1 + gapsClosed(kept, index);
  }
  return withGaps(lines, kept).slice(0, Math.max(0, rowsMax));
}

function leastMissedFirst(lines: readonly TreeLine[]): number[] {
  return lines.map((_, index) => index).sort((a, b) => missedOf(lines, b) - missedOf(lines, a) || a - b);
}

function missedOf(lines: readonly TreeLine[], index: number): number {
  return ranks.indexOf(lines[index]?.rank ?? "past");
}

/** A line left out alone needs a line that says so; between two gaps it makes one of them. */
function gapsClosed(kept: readonly boolean[], index: number): number {
  const before = index > 0 && kept[index - 1] === false ? 1 : 0;
  const behind = kept[index + 1] === false ? 1 : 0;
  return before + behind - 1;
}

function withGaps(lines: readonly TreeLine[], kept: readonly boolean[]): string[] {
  const shown: string[] = [];
  let missing = 0;
  const close = (): void => {
    if (missing > 0) shown.push(`  … ${missing} more ${missing === 1 ? "line" : "lines"}`);
    missing = 0;
  };
  for (const [index, { text }] of lines.entries()) {
    if (kept[index] === true) {
      close();
      shown.push(text);
    } else missing += 1;
  }
  close();
  return shown;
}
