/**
 * What a performer gets besides its command: the run's facts, the fence, the registries, where to work.
 * One per activation; holds no state of its own.
 */
import type { Fence, RunfleetError, RunRecord } from "@runfleet/model";
import type { StepSpans } from "@runfleet/tracing";
import type { ActionLog } from "../action.js";
import type { Clock } from "../clock.js";
import type { WorkerConfig } from "../config.js";
import type { Redactor } from "../redactor.js";
import type { Registry } from "../registry.js";
import type { RunLog } from "../run-log.js";

export interface PerformContext {
  readonly run: RunRecord;
  readonly fence: Fence;
  readonly registry: Registry;
  readonly scriptEnv: WorkerConfig["scriptEnv"];
  /** The run's working directory, made on first use. */
  readonly workingDir: () => string;
  /** The working directory that the run's context names; absent when the run has one of its own. */
  readonly configuredDir?: string;
  /** Directory for the output of scripts beyond what is kept in the step. */
  readonly logDir: string;
  readonly log: ActionLog;
  /** What its steps say, kept with the run. */
  readonly runLog: RunLog;
  /** The spans of this activation's steps; absent while nobody records any. */
  readonly spans?: StepSpans;
  /** Headers by which what an attempt calls joins its trace; without spans those of the run's start. */
  readonly traceHeaders: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  /** Why the values of the run's secret inputs are not known here; then nothing of the run is performed. */
  readonly unreadable?: RunfleetError;
  readonly clock: Clock;
  /** Whether this worker still has the run, by a look at its own clock. When it has not, the whole activation ends. */
  readonly holdsRun: () => boolean;
  /** How long a script may live after SIGTERM. */
  readonly killGraceMs: number;
}
