/**
 * Counts the runs that end, from the sums by day in Redis: the script that ends a run adds to them, once, whoever called it, a
 * worker, a sweeper or a person. What has come since the last look is counted, from the server's first look on.
 */
import type { FleetClient } from "@runfleet/client";
import { otherValue, type Recorder, runOutcome } from "@runfleet/metrics";
import { dayMs, dayText, limits, otherWorkflows } from "@runfleet/model";

/** Answers what looks: a page of rows of today, and one of yesterday, whose last runs may have ended after the look before. */
export function countEndedRuns(
  recorder: Recorder<"server">,
  { fleet, now = Date.now }: { readonly fleet: Pick<FleetClient, "usage">; readonly now?: () => number },
): () => Promise<void> {
  const ended = recorder.counter("runfleet_runs_ended_total");
  /** By day, workflow and outcome what has been counted; undefined before the first look, which only says where to begin. */
  let counted: ReadonlyMap<string, number> | undefined;
  const told = new Set<string>();

  const rowsOf = async (dayNumber: number) => {
    const day = dayText(dayNumber);
    const { rows } = await fleet.usage({ from: day, to: day, by: "workflow", top: limits.usageTopMax });
    return rows.map(({ workflow, runs }) => ({ day, workflow: workflow ?? otherWorkflows, runs }));
  };
  return async () => {
    const today = Math.floor(now() / dayMs);
    const rows = (await Promise.all([rowsOf(today - 1), rowsOf(today)])).flat();
    const next = new Map<string, number>();
    for (const { day, workflow, runs } of rows) {
      for (const outcome of runOutcome.values) {
        const place = `${day} ${outcome} ${workflow}`;
        const before = counted === undefined ? runs[outcome] : (counted.get(place) ?? 0);
        // A new series shows 0 until the next look, so that a reader sees its first run as a rise. An older look may come late.
        const sum = told.has(workflow) ? Math.max(before, runs[outcome]) : before;
        ended.add(sum - before, workflow === otherWorkflows ? otherValue : workflow, outcome);
        next.set(place, sum);
      }
    }
    for (const { workflow } of rows) told.add(workflow);
    counted = next;
  };
}
