/**
 * Pieces of a run's log as they lie in the store, and back. A piece has a head, `<address> <attempt> <generation> <at>
 * <lines left out before it> <name>`, and its lines, each `<ms after the one before, or nothing><kind><text>`. What both
 * stores must count alike is here too.
 */
import { type LogKind, type LogLine, type LogPiece, limits } from "@runfleet/model";

export interface PieceText {
  readonly address: string;
  readonly head: string;
  /** Empty when there are none. */
  readonly lines: string;
}

/** The first letter of a line. */
const letters = {
  ...{ stdout: "o", stderr: "e", debug: "d", info: "i", warn: "w", error: "x" },
} as const satisfies Record<LogKind, string>;
const kinds = Object.fromEntries(
  Object.entries(letters).map(([kind, letter]) => [letter, kind as LogKind]),
) as Readonly<Record<string, LogKind>>;

/** What a piece costs beyond its texts. The script knows the number too (`append_log.lua`). */
export const pieceBytes = 100;
/** How far a step that has too much is cut, as a part of its limit: not each of its pieces shall cost a search. Known there too. */
export const cutTo = 0.75;

/** Of all lines of a run; else sums are of a step, by address. */
export const wholeLog = "all";

export function pieceText(piece: LogPiece, generation: number): PieceText {
  const { address, attempt, leftOut, name } = piece;
  const startAt = piece.lines[0]?.at ?? 0;
  let before = startAt;
  const lines = piece.lines.slice(0, limits.logPieceLinesMax).map(({ at, kind, text }) => {
    const later = Math.max(0, Math.round(at - before));
    before += later;
    return `${later === 0 ? "" : later}${letters[kind]}${text.replaceAll("\n", " ")}`;
  });
  const head = `${address} ${attempt} ${generation} ${startAt} ${leftOut} ${name}`;
  return { address, head, lines: lines.join("\n") };
}

/** Ids of lines within one piece: more than it may have. */
const idsPerPiece = 1_000;

/** The lines of the piece `<ms>-<n>` have the ids `<ms>-<n * 1000>` and following, as facts of one entry have. */
export function toLogLines(id: string, { head, lines }: Omit<PieceText, "address">): LogLine[] {
  const [address = "", attempt, generation, startAt, leftOut, ...name] = head.split(" ");
  const whose = { address, name: name.join(" "), attempt: Number(attempt), generation: Number(generation) };
  const [ms, count] = id.split("-") as [string, string];
  const idOf = (index: number): string => `${ms}-${Number(count) * idsPerPiece + index}`;
  let at = Number(startAt);
  const marker = Number(leftOut) === 0 ? [] : [leftOutLine({ id: idOf(0), at, ...whose }, Number(leftOut))];
  const said = lines === "" ? [] : lines.split("\n");
  return [
    ...marker,
    ...said.map((line, index): LogLine => {
      const [, later = "", letter = "", text = ""] = /^(\d*)([a-z])(.*)$/s.exec(line) ?? [];
      at += Number(later);
      return { id: idOf(marker.length + index), at, ...whose, kind: kinds[letter] ?? "stdout", text };
    }),
  ];
}

/** The line that stands for lines that are not there. */
export function leftOutLine(place: Omit<LogLine, "kind" | "text" | "leftOut">, leftOut: number): LogLine {
  const text = `${leftOut} ${leftOut === 1 ? "line was" : "lines were"} left out here`;
  return { ...place, kind: "left_out", text, leftOut };
}

export function isOfStep({ address, name }: LogLine, step: string | undefined): boolean {
  return step === undefined || address === step || name === step;
}
