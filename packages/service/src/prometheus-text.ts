/** Metrics in the text format that Prometheus reads. Loaded only by processes that are scraped: the exporter takes 14 MB. */

import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import type { MetricReading } from "@runfleet/metrics";
import { toScopeMetrics } from "./metric-data.js";

/** Without scope and target: labels of every series that say the same for all. */
const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
const resource = { attributes: {}, merge: () => resource, getRawAttributes: () => [] };

export function prometheusText(readings: readonly MetricReading[]): string {
  // The format knows no times of beginning, and the time of reading is the scrape's.
  const { scope, metrics } = toScopeMetrics(readings, { startedAt: 0, readAt: 0 });
  // Names end in their unit; the exporter's own line for it is another format's.
  const unitless = metrics.map((metric) => ({ ...metric, descriptor: { ...metric.descriptor, unit: "" } }));
  return serializer.serialize({ resource, scopeMetrics: [{ scope, metrics: unitless }] });
}
