/**
 * One quoted string: escapes resolved (`\n \t \" \\`, any other character after a backslash stands for itself), may
 * span lines. Written by hand because a pattern would need a stack as long as the string.
 */
export interface ScannedString {
  readonly text: string;
  /** Offset behind the closing quote, or where the unclosed string was given up: the end of its first line. */
  readonly end: number;
  readonly closed: boolean;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** `start` is the offset of the opening quote; `within` how far its closing quote is looked for. */
export function scanString(source: string, start: number, within: "line" | "text"): ScannedString {
  const pieces: string[] = [];
  let pieceStart = start + 1;
  let at = start + 1;
  while (at < source.length) {
    const character = source[at];
    if (character === '"') {
      pieces.push(source.slice(pieceStart, at));
      return { text: pieces.join(""), end: at + 1, closed: true };
    }
    if (character === "\n" && within === "line") break;
    if (character === "\\") {
      const escaped = source[at + 1] ?? "";
      pieces.push(source.slice(pieceStart, at), escapes[escaped] ?? escaped);
      at += 1;
      pieceStart = at + 1;
    }
    at += 1;
  }
  return unclosed(source, start);
}

function unclosed(source: string, start: number): ScannedString {
  const newline = source.indexOf("\n", start);
  const end = newline < 0 ? source.length : newline;
  return { text: source.slice(start + 1, end), end, closed: false };
}
