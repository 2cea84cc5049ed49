/** The part of the store's seam that says what workflows used, day by day. Counted by the writes of runs, see `Commit`. */
import type { Page } from "./store-port.js";
import type { Totals } from "./usage.js";

/** Sums over runs. Money in US dollars, exact to a billionth; `durationMs` is time of work, as in a run's totals. */
export interface UsageSums extends Omit<Totals, "hasLlmMetrics"> {
  /** Runs that ended so; a retried run ends once more. */
  readonly runs: { readonly completed: number; readonly failed: number; readonly cancelled: number };
}

/** In place of a name: the workflows of a day that came after its first `usageWorkflowsMax` ones. */
export const otherWorkflows = "*";

export interface DayUsage extends UsageSums {
  /** A day of the store's clock in UTC, `2026-11-30`. */
  readonly day: string;
  readonly workflow: string;
}

export interface UsageReads {
  /** By day, then by workflow; only days and workflows of which something was counted, at most `usageDaysKept` days back. */
  readUsage(request: {
    /** First and last day, `2026-11-30`. */
    from: string;
    to: string;
    workflow?: string;
    limit: number;
    cursor?: string;
  }): Promise<Page<DayUsage>>;
}
