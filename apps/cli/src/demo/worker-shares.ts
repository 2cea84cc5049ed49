/** How many of some runs each worker took, read from their histories. */
import type { FleetClient } from "@runfleet/client";

export interface WorkerShare {
  readonly worker: string;
  readonly runs: number;
}

/** A run that several workers held counts for the last of them. */
export async function workerShares(
  client: FleetClient,
  runIds: readonly string[],
): Promise<readonly WorkerShare[]> {
  const counts = new Map<string, number>();
  for (const runId of runIds) {
    let holder: string | undefined;
    for await (const event of client.events(runId, { until: "history" })) {
      if (event.type === "lease.acquired") holder = event.worker;
    }
    if (holder !== undefined) counts.set(holder, (counts.get(holder) ?? 0) + 1);
  }
  return [...counts]
    .map(([worker, runs]) => ({ worker, runs }))
    .sort((a, b) => (a.worker < b.worker ? -1 : 1));
}
