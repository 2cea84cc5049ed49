/** The log of a run, in memory: same order, same bounds, same marks as the script and the reads on Redis. */
import {
  type LogLine,
  type LogPiece,
  type LogRequest,
  limits,
  type Page,
  type RunStore,
} from "@runfleet/model";
import { isAfter } from "../fact-text.js";
import {
  cutTo,
  isOfStep,
  leftOutLine,
  type PieceText,
  pieceBytes,
  pieceText,
  toLogLines,
  wholeLog,
} from "../log-text.js";
import { beforeAll, pageRows, toPage } from "../page.js";
import { findRun, type MemoryState, type StoredRun } from "./memory-state.js";

interface StoredPiece extends PieceText {
  readonly id: string;
  readonly bytes: number;
  /** How many it has. */
  readonly count: number;
  readonly leftOut: number;
}

export interface MemoryLog {
  readonly pieces: readonly StoredPiece[];
  /** Pieces ever, kept or not. */
  readonly seen: number;
  /** By address, and of all. */
  readonly leftOut: Map<string, number>;
}

export function appendLog(state: MemoryState, run: StoredRun, pieces: readonly LogPiece[] = []): void {
  if (pieces.length === 0) return;
  const log: MemoryLog = run.log ?? { pieces: [], seen: 0, leftOut: new Map() };
  const added = pieces.map((piece, index): StoredPiece => {
    const text = pieceText(piece, run.generation);
    const bytes = Buffer.byteLength(text.head) + Buffer.byteLength(text.lines) + pieceBytes;
    const id = `${state.now()}-${log.seen + index}`;
    return { ...text, id, bytes, count: piece.lines.length, leftOut: piece.leftOut };
  });
  const { stepLogBytesMax, stepLogLinesMax, runLogBytesMax, runLogLinesMax } = limits;
  let kept: MemoryLog = { ...log, pieces: [...log.pieces, ...added], seen: log.seen + added.length };
  for (const { address } of added)
    kept = cutStep(kept, address, { bytes: stepLogBytesMax, count: stepLogLinesMax });
  while (isOver(kept.pieces, { bytes: runLogBytesMax, count: runLogLinesMax })) {
    kept = without(kept, kept.pieces[0] as StoredPiece);
  }
  run.log = kept;
}

interface Bound {
  readonly bytes: number;
  readonly count: number;
}

function cutStep(log: MemoryLog, address: string, most: Bound): MemoryLog {
  const own = (): readonly StoredPiece[] => kept.pieces.filter((piece) => piece.address === address);
  let kept = log;
  if (!isOver(own(), most)) return kept;
  while (isOver(own(), { bytes: cutTo * most.bytes, count: cutTo * most.count })) {
    kept = without(kept, own()[0] as StoredPiece);
  }
  return kept;
}

function isOver(pieces: readonly StoredPiece[], most: Bound): boolean {
  const sum = (member: keyof Bound) => pieces.reduce((all, piece) => all + piece[member], 0);
  return sum("bytes") > most.bytes || sum("count") > most.count;
}

function without(log: MemoryLog, dropped: StoredPiece): MemoryLog {
  for (const field of [dropped.address, wholeLog])
    log.leftOut.set(field, (log.leftOut.get(field) ?? 0) + dropped.count + dropped.leftOut);
  return { ...log, pieces: log.pieces.filter((piece) => piece !== dropped) };
}

export function memoryLogReads(state: MemoryState): Pick<RunStore, "readLog"> {
  return { readLog: async (request) => readLog(findRun(state, request.runId), request) };
}

function readLog(run: StoredRun | undefined, request: LogRequest): Page<LogLine> {
  const { after = beforeAll, step } = request;
  const limit = pageRows(request.limit);
  const found = (run?.log?.pieces ?? [])
    .flatMap((piece) => toLogLines(piece.id, piece))
    .filter((line) => isAfter(line.id, after) && isOfStep(line, step));
  const rows = found.slice(0, limit);
  const cursor = found.length > limit ? rows.at(-1)?.id : undefined;
  const [first] = rows;
  if (request.after !== undefined || first === undefined) return toPage(rows, cursor);
  const leftOut = run?.log?.leftOut.get(step === undefined ? wholeLog : first.address) ?? 0;
  return toPage(leftOut === 0 ? rows : [leftOutLine({ ...first, id: beforeAll }, leftOut), ...rows], cursor);
}
