/**
 * What the steps of one activation say, on its way into the run's log: gathered for a moment, bounded, and written with the
 * next commit, or by itself when none comes. A write that fails is tried again with what came meanwhile; lines are lost
 * rather than a step kept waiting, and their place says how many.
 *
 *   nothing to say → gathering → (a commit takes it | the time is up: written) → nothing to say
 *                              → (the lease is gone, or the activation is over) → closed: nothing is kept
 */
import { stripVTControlCharacters } from "node:util";
import {
  type Fence,
  type LogKind,
  type LogPiece,
  limits,
  type RunStore,
  type SaidLine,
} from "@runfleet/model";
import type { Clock } from "./clock.js";

/** Whose lines they are. */
export interface SayingStep {
  readonly address: string;
  readonly name: string;
  readonly attempt: number;
}

export interface RunLog {
  /** Keeps one line; what breaks it are several. Cut where it is too long. */
  say(step: SayingStep, kind: LogKind, text: string): void;
  /** What has been said and not been written: who takes it writes it. */
  take(): readonly LogPiece[];
  close(): void;
}

export interface RunLogOptions {
  readonly store: Pick<RunStore, "writeLog">;
  readonly fence: Fence;
  readonly clock: Clock;
  /** Masks what became readable when colours were taken out; all else was masked before it came here. */
  readonly mask: (text: string) => string;
  /** Told of a write that failed. */
  readonly onError: (error: unknown) => void;
}

/** How long a line may wait for company: a person who follows a run does not notice. */
const gatherMs = 500;

export function createRunLog(options: RunLogOptions): RunLog {
  const { store, fence, clock } = options;
  let gathered = noLines();
  let isClosed = false;
  let isWriting = false;
  let stopTimer: (() => void) | undefined;

  const write = async (): Promise<void> => {
    stopTimer = undefined;
    if (isWriting) return;
    isWriting = true;
    const taken = gathered;
    gathered = noLines();
    try {
      const { tag } = await store.writeLog({ fence, pieces: taken.pieces });
      if (tag === "fenced") close();
    } catch (error) {
      options.onError(error);
      if (!isClosed) gathered = withinBounds(together(taken, gathered));
    } finally {
      isWriting = false;
      if (gathered.pieces.length > 0) awaitCompany();
    }
  };
  const awaitCompany = (): void => {
    if (!isClosed) stopTimer ??= clock.after(gatherMs, () => void write());
  };
  const close = (): void => {
    isClosed = true;
    gathered = noLines();
    stopTimer?.();
  };

  return {
    say(step, kind, text) {
      if (isClosed) return;
      const at = Math.round(clock.now());
      for (const part of text.split("\n"))
        add(gathered, step, { at, kind, text: withinLine(part, options.mask) });
      gathered = withinBounds(gathered);
      awaitCompany();
    },
    take() {
      const { pieces } = gathered;
      gathered = noLines();
      stopTimer?.();
      stopTimer = undefined;
      return pieces;
    },
    close,
  };
}

interface Gathered {
  readonly pieces: Piece[];
  bytes: number;
  lines: number;
}

interface Piece extends SayingStep {
  leftOut: number;
  bytes: number;
  readonly lines: SaidLine[];
}

function noLines(): Gathered {
  return { pieces: [], bytes: 0, lines: 0 };
}

function together(one: Gathered, other: Gathered): Gathered {
  return {
    pieces: [...one.pieces, ...other.pieces],
    bytes: one.bytes + other.bytes,
    lines: one.lines + other.lines,
  };
}

function add(gathered: Gathered, step: SayingStep, line: SaidLine): void {
  const bytes = Buffer.byteLength(line.text) + lineBytes;
  gathered.bytes += bytes;
  gathered.lines += 1;
  const last = gathered.pieces.at(-1);
  if (last === undefined || !isOf(last, step) || isFull(last, bytes)) {
    const { address, name, attempt } = step;
    gathered.pieces.push({ address, name, attempt, leftOut: 0, bytes, lines: [line] });
    return;
  }
  last.lines.push(line);
  last.bytes += bytes;
}

/** What a line costs besides its text. */
const lineBytes = 8;

function isOf(piece: SayingStep, step: SayingStep): boolean {
  return piece.address === step.address && piece.attempt === step.attempt;
}

function isFull({ lines, bytes }: Piece, more: number): boolean {
  return lines.length >= limits.logPieceLinesMax || bytes + more > limits.logPieceBytesMax;
}

function isOver({ bytes, lines }: Pick<Gathered, "bytes" | "lines">): boolean {
  return bytes > limits.logUnwrittenBytesMax || lines > limits.logUnwrittenLinesMax;
}

/** Without the oldest pieces, whose number of lines goes to the step's next one. */
function withinBounds(gathered: Gathered): Gathered {
  if (!isOver(gathered)) return gathered;
  const kept: Gathered = { ...gathered, pieces: [] };
  for (const [index, piece] of gathered.pieces.entries()) {
    if (!isOver(kept) || piece.lines.length === 0) {
      kept.pieces.push(piece);
      continue;
    }
    kept.bytes -= piece.bytes;
    kept.lines -= piece.lines.length;
    const leftOut = piece.leftOut + piece.lines.length;
    const next = gathered.pieces.find((other, place) => place > index && isOf(other, piece));
    if (next === undefined) kept.pieces.push({ ...piece, leftOut, bytes: 0, lines: [] });
    else next.leftOut += leftOut;
  }
  return kept;
}

/**
 * Without what only a terminal understands. Of what is written again and again in one line, such as a bar of progress, the
 * last that could be seen.
 */
function withinLine(line: string, mask: (text: string) => string): string {
  const plain = line.includes("\u001b") ? mask(stripVTControlCharacters(line)) : line;
  const whole = plain.endsWith("\r") ? plain.slice(0, -1) : plain;
  const text = whole.slice(whole.lastIndexOf("\r") + 1);
  if (text.length * 3 <= limits.logLineBytesMax) return text;
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= limits.logLineBytesMax) return text;
  // Half a character at the end becomes one or more marks.
  return `${bytes
    .subarray(0, limits.logLineBytesMax)
    .toString("utf8")
    .replace(/\ufffd+$/, "")}…`;
}
