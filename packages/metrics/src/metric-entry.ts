/** What the catalogue says of one metric. */
import type { Label } from "./labels.js";

/** Who has it. */
export type MetricPart = "worker" | "server";

interface MetricBase {
  /** Of the values: `seconds`, `bytes`, `usd`, or what is counted. */
  readonly unit: string;
  /** Besides `namespace`, which all have. */
  readonly labels: readonly Label[];
  readonly from: MetricPart;
  /** One sentence or two. */
  readonly meaning: string;
}

interface CounterEntry extends MetricBase {
  readonly kind: "counter";
}
interface GaugeEntry extends MetricBase {
  readonly kind: "gauge";
}
interface HistogramEntry extends MetricBase {
  readonly kind: "histogram";
  /** Upper bounds, ascending, in the unit. */
  readonly buckets: readonly number[];
}

export type MetricEntry = CounterEntry | GaugeEntry | HistogramEntry;

/** As a part lists it: the list says from whom it is. */
export type PartialEntry =
  | Omit<CounterEntry, "from">
  | Omit<GaugeEntry, "from">
  | Omit<HistogramEntry, "from">;
