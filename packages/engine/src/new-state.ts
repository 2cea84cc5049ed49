/** The state of a run nobody has worked on yet. */
import type { RunInfo, RunState } from "@runfleet/model";
import { zeroTotals } from "@runfleet/model";
import { defined, textRecord } from "./record.js";

/** `now` begins the run's timeout. The run itself begins with the event `started`. */
export function newState(run: RunInfo, now: number): RunState {
  return {
    core: {
      version: 1,
      phase: "body",
      startedAt: now,
      ...defined({ deadline: run.timeoutMs === undefined ? undefined : now + run.timeoutMs }),
      inputs: textRecord(run.inputs),
      totals: zeroTotals(),
      nextOrdinal: 0,
      succeeded: true,
      exports: textRecord(),
      nextContext: 0,
      retries: 0,
      signals: [],
    },
    frames: textRecord(),
    results: textRecord(),
    ends: textRecord(),
    contexts: [],
    items: textRecord(),
  };
}
