/**
 * The log of a run: what its actions and scripts say while they work, line by line, bounded. Only shapes; it is told to
 * people and decides nothing.
 */
import { z } from "zod";

/** What a program printed, and what an action said at which level. */
export const logKinds = ["stdout", "stderr", "debug", "info", "warn", "error"] as const;
export type LogKind = (typeof logKinds)[number];

/** One line as the owner of a run has it. */
export interface SaidLine {
  /** Epoch ms, the fleet's time. */
  readonly at: number;
  readonly kind: LogKind;
  /** Without line breaks, at most `limits.logLineBytesMax` bytes. */
  readonly text: string;
}

/** Lines of one attempt that are written together. */
export interface LogPiece {
  readonly address: string;
  readonly name: string;
  readonly attempt: number;
  /** Lines of the attempt before these that are not here. */
  readonly leftOut: number;
  /** At most `limits.logPieceLinesMax`. */
  readonly lines: readonly SaidLine[];
}

/** One line as it is read. Of an attempt that was begun again after a takeover, the generation says which owner heard it. */
export const logLineSchema = z.object({
  /** Sorts like the ids of events: lines come in the order in which they were written. */
  id: z.string(),
  at: z.number(),
  address: z.string(),
  name: z.string(),
  attempt: z.number(),
  generation: z.number(),
  /** `left_out`: it stands for lines that are not kept; their number is `leftOut`. */
  kind: z.enum([...logKinds, "left_out"]),
  text: z.string(),
  leftOut: z.number().optional(),
});
export type LogLine = Readonly<z.infer<typeof logLineSchema>>;

export interface LogRequest {
  readonly runId: string;
  /** Address or name of a step; absent = all of them. */
  readonly step?: string;
  /** Only lines after the one with this id. */
  readonly after?: string;
  readonly limit: number;
}
