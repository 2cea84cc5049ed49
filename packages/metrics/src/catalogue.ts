/**
 * The catalogue: every metric of Runfleet. What processes count, what is served and sent, the page `docs/metrics.md`, alert rules
 * and dashboards have their names from here and from nowhere else.
 *
 * What happens in a worker is counted there; sums over workers are the reader's business. What lies in Redis is read by a server
 * when it is asked, so every server says the same: over several servers take `max`, never `sum`.
 */
import type { MetricEntry, MetricPart, PartialEntry } from "./metric-entry.js";
import { serverMetrics } from "./server-metrics.js";
import { workerMetrics } from "./worker-metrics.js";

export interface CatalogueParts {
  readonly worker: typeof workerMetrics;
  readonly server: typeof serverMetrics;
}

const parts: CatalogueParts = { worker: workerMetrics, server: serverMetrics };

/** Every metric by its name. */
export const catalogue: Readonly<Record<string, MetricEntry>> = Object.fromEntries(
  (Object.keys(parts) as MetricPart[]).flatMap((from) =>
    Object.entries<PartialEntry>(parts[from]).map(([name, entry]) => [name, { ...entry, from }]),
  ),
);
