/**
 * What a recorder read, as OpenTelemetry's SDK has it: one conversion for Prometheus' text and for OTLP. Loaded only where one of
 * them is asked for.
 */

import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import type { MetricReading, SeriesReading } from "@runfleet/metrics";

type HrTime = DataPoint<number>["startTime"];

/** When counting began and when it was read, epoch milliseconds. */
export interface Span {
  readonly startedAt: number;
  readonly readAt: number;
}

export function toScopeMetrics(readings: readonly MetricReading[], span: Span): ScopeMetrics {
  return { scope: { name: "runfleet" }, metrics: readings.map((reading) => toMetricData(reading, span)) };
}

function toMetricData({ name, entry, series }: MetricReading, span: Span): MetricData {
  const descriptor = { name, description: entry.meaning, unit: unitOf(entry.unit), valueType: 1, advice: {} };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  switch (entry.kind) {
    case "counter":
      return {
        ...{ descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic: true },
        dataPoints: series.map((each) => numberPoint(each, span)),
      };
    case "gauge":
      return {
        ...{ descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE },
        dataPoints: series.map((each) => numberPoint(each, span)),
      };
    case "histogram":
      return {
        ...{ descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM },
        dataPoints: series.map((each) => histogramPoint(each, entry.buckets, span)),
      };
    default:
      return entry satisfies never;
  }
}

function numberPoint({ labels, value = 0 }: SeriesReading, span: Span): DataPoint<number> {
  return { ...timesOf(span), attributes: labels, value };
}

function histogramPoint(
  { labels, histogram }: SeriesReading,
  boundaries: readonly number[],
  span: Span,
): DataPoint<Histogram> {
  const { counts = [], count = 0, sum = 0 } = histogram ?? {};
  const buckets = { boundaries: [...boundaries], counts: [...counts] };
  return { ...timesOf(span), attributes: labels, value: { buckets, count, sum } };
}

function timesOf({ startedAt, readAt }: Span): Pick<DataPoint<number>, "startTime" | "endTime"> {
  return { startTime: hrTime(startedAt), endTime: hrTime(readAt) };
}

function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1_000);
  return [seconds, Math.round((epochMs - seconds * 1_000) * 1_000_000)];
}

/** In the units' own language (UCUM), where they have a word for it. */
const unitCodes: Readonly<Record<string, string>> = { seconds: "s", bytes: "By" };

function unitOf(unit: string): string {
  return unitCodes[unit] ?? `{${unit}}`;
}
