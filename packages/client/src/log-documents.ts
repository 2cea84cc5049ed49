/** A run's log as programs get it, and how they ask for it. Only shapes. */
import type { LogLine, StopSignal } from "@runfleet/model";

/** A line of a run's log; its time as ISO 8601. */
export type LogLineDocument = Omit<LogLine, "at" | "leftOut"> & {
  readonly at: string;
  /** Of a line of the kind `left_out`: for how many it stands. */
  readonly leftOut: number | null;
};

export interface LogPage {
  /** Oldest first. */
  readonly lines: readonly LogLineDocument[];
  /** Hand it to the next call; null when there is no more yet. Then the id of the last line goes on. */
  readonly cursor: string | null;
}

export interface LogOptions {
  /** Address or name of a step; a name means all steps of that name. Default: all of the run. */
  readonly step?: string;
  /** Rows of a page; default 50. */
  readonly limit?: number;
  /** Of the page before, or the id of any line: the page begins after it. */
  readonly cursor?: string;
}

export interface LogsOptions {
  /** Address or name of a step; a name means all steps of that name. Default: all of the run. */
  readonly step?: string;
  /** Id of the last line already seen. Default: from the first one kept. */
  readonly after?: string;
  /** "run" waits for more until the run has ended, "log" stops after what is there. Default "run". */
  readonly until?: "run" | "log";
  readonly signal?: StopSignal;
}
