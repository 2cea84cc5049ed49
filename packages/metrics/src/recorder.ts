/**
 * Counts what the catalogue names, for one process. A count is an addition to a cell that is there: no object is made, nothing
 * is waited for, nothing can throw. Whoever serves or sends metrics asks for all of them at once. Knows no exporter and no clock.
 */
import { type CatalogueParts, catalogue } from "./catalogue.js";
import { type Label, namespaceLabel } from "./labels.js";
import type { MetricEntry, MetricPart } from "./metric-entry.js";
import { createAdmission, createSeries, type Series } from "./series.js";

type Kind = MetricEntry["kind"];
/** Names of a part's metrics of one kind. */
export type MetricName<Part extends MetricPart, Wanted extends Kind> = {
  [Name in keyof CatalogueParts[Part]]: CatalogueParts[Part][Name] extends { readonly kind: Wanted }
    ? Name
    : never;
}[keyof CatalogueParts[Part]] &
  string;
type LabelsOf<
  Part extends MetricPart,
  Name extends keyof CatalogueParts[Part],
> = CatalogueParts[Part][Name] extends {
  readonly labels: infer Labels extends readonly Label[];
}
  ? Labels
  : never;
type ValueOf<L> = L extends { readonly values: readonly (infer Value extends string)[] } ? Value : string;
/** One value per label, in the catalogue's order. */
export type LabelValues<Labels extends readonly Label[]> = {
  readonly [Index in keyof Labels]: ValueOf<Labels[Index]>;
};

export interface Counter<Values extends readonly string[]> {
  /** `by` is not negative. */
  add(by: number, ...values: Values): void;
}
export interface Histogram<Values extends readonly string[]> {
  /** In the unit of the catalogue. */
  record(value: number, ...values: Values): void;
}
export interface Gauge<Values extends readonly string[]> {
  set(value: number, ...values: Values): void;
  /** Forgets all series: what is not set again is not there any more. */
  clear(): void;
}

/** One series at one moment. */
export interface SeriesReading {
  readonly labels: Readonly<Record<string, string>>;
  /** Absent for histograms. */
  readonly value?: number;
  /** Only of histograms: observations up to each bound and above the last, each counted once; their number and sum. */
  readonly histogram?: {
    readonly counts: readonly number[];
    readonly count: number;
    readonly sum: number;
  };
}
export interface MetricReading {
  readonly name: string;
  readonly entry: MetricEntry;
  readonly series: readonly SeriesReading[];
}

export interface Recorder<Part extends MetricPart> {
  readonly part: Part;
  counter<Name extends MetricName<Part, "counter">>(name: Name): Counter<LabelValues<LabelsOf<Part, Name>>>;
  histogram<Name extends MetricName<Part, "histogram">>(
    name: Name,
  ): Histogram<LabelValues<LabelsOf<Part, Name>>>;
  gauge<Name extends MetricName<Part, "gauge">>(name: Name): Gauge<LabelValues<LabelsOf<Part, Name>>>;
  /** Asked before each reading, to set gauges. It must not throw, and end by itself. */
  addSource(source: () => void | Promise<void>): void;
  /** Everything, in the catalogue's order. Metrics without any series are left out. */
  read(): Promise<readonly MetricReading[]>;
}

interface Cell {
  value: number;
}
interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: number[];
  above: number;
  sum: number;
}

/** The series of a part's metrics, by name. */
interface Metrics {
  readonly entries: readonly (readonly [string, MetricEntry])[];
  readonly cells: ReadonlyMap<string, Series<Cell>>;
  readonly buckets: ReadonlyMap<string, Series<Buckets>>;
}

export function createRecorder<Part extends MetricPart>(part: Part, namespace: string): Recorder<Part> {
  const metrics = openMetrics(part);
  const sources: (() => void | Promise<void>)[] = [];
  const cellsOf = (name: string) => metrics.cells.get(name) as Series<Cell>;
  return {
    part,
    counter(name) {
      const series = cellsOf(name);
      return {
        add(by, ...values) {
          series.of(values).value += by;
        },
      };
    },
    histogram(name) {
      const series = metrics.buckets.get(name) as Series<Buckets>;
      return {
        record(value, ...values) {
          observe(series.of(values), value);
        },
      };
    },
    gauge(name) {
      const series = cellsOf(name);
      return {
        set(value, ...values) {
          series.of(values).value = value;
        },
        clear: series.clear,
      };
    },
    addSource: (source) => void sources.push(source),
    async read() {
      await Promise.all(sources.map((source) => source()));
      const readings = metrics.entries.map(([name, entry]) => ({
        name,
        entry,
        series: [
          ...readCells(metrics.cells.get(name), entry, namespace),
          ...readBuckets(metrics.buckets.get(name), entry, namespace),
        ],
      }));
      return readings.filter(({ series }) => series.length > 0);
    },
  };
}

function openMetrics(from: MetricPart): Metrics {
  const admission = createAdmission();
  const entries = Object.entries(catalogue).filter(([, entry]) => entry.from === from);
  const cells = new Map<string, Series<Cell>>();
  const buckets = new Map<string, Series<Buckets>>();
  const makeCell = (): Cell => ({ value: 0 });
  for (const [name, entry] of entries) {
    const { labels } = entry;
    if (entry.kind === "histogram") {
      const make = (): Buckets => openBuckets(entry.buckets);
      const series = createSeries({ labels, admission, make, others: "together" });
      buckets.set(name, series);
      beginAtZero(labels, series);
    } else if (entry.kind === "counter") {
      const series = createSeries({ labels, admission, make: makeCell, others: "together" });
      cells.set(name, series);
      beginAtZero(labels, series);
    } else {
      // A gauge that nobody has set says nothing, and one of several things neither. Names come and go with `clear`.
      const own = createAdmission();
      cells.set(name, createSeries({ labels, admission: own, make: makeCell, others: "left out" }));
    }
  }
  return { entries, cells, buckets };
}

function openBuckets(bounds: readonly number[]): Buckets {
  return { bounds, counts: bounds.map(() => 0), above: 0, sum: 0 };
}

function observe(buckets: Buckets, value: number): void {
  const { bounds, counts } = buckets;
  let index = 0;
  while (index < bounds.length && value > (bounds[index] as number)) index += 1;
  if (index < bounds.length) counts[index] = (counts[index] as number) + 1;
  else buckets.above += 1;
  buckets.sum += value;
}

/** Series that are known beforehand are there from the start: a reader sees the first event as a rise from 0. */
function beginAtZero(labels: readonly Label[], series: Series<object>): void {
  let combinations: string[][] = [[]];
  for (const label of labels) {
    if ("valuesMax" in label) return;
    combinations = combinations.flatMap((before) => label.values.map((value) => [...before, value]));
  }
  for (const values of combinations) series.of(values);
}

function readCells(
  series: Series<Cell> | undefined,
  { labels }: MetricEntry,
  namespace: string,
): readonly SeriesReading[] {
  const all = series?.all() ?? [];
  return all.map(({ values, cell }) => ({
    labels: labelsOf(labels, values, namespace),
    value: cell.value,
  }));
}

function readBuckets(
  series: Series<Buckets> | undefined,
  { labels }: MetricEntry,
  namespace: string,
): readonly SeriesReading[] {
  const all = series?.all() ?? [];
  return all.map(({ values, cell }) => {
    const counts = [...cell.counts, cell.above];
    const count = counts.reduce((sum, each) => sum + each, 0);
    return {
      labels: labelsOf(labels, values, namespace),
      histogram: { counts, count, sum: cell.sum },
    };
  });
}

function labelsOf(
  labels: readonly Label[],
  values: readonly string[],
  namespace: string,
): Readonly<Record<string, string>> {
  const own = labels.map(({ name }, index): [string, string] => [name, values[index] ?? ""]);
  return Object.fromEntries([[namespaceLabel, namespace], ...own]);
}
