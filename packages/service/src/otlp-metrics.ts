/**
 * Sends what a recorder counts by OTLP, every so often, as the `OTEL_*` variables say. The SDK's own instruments are not used, so
 * it gets the counts by its seam for foreign ones. Loaded only where metrics are to be sent.
 */

import {
  type IMetricReader,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { MetricPart, Recorder } from "@runfleet/metrics";
import { toScopeMetrics } from "./metric-data.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** The protocols of the standard. Each exporter reads endpoint, headers and time limits from the environment itself. */
const exporters: Readonly<Record<string, () => Promise<PushMetricExporter>>> = {
  "http/protobuf": async () =>
    new (await import("@opentelemetry/exporter-metrics-otlp-proto")).OTLPMetricExporter(),
  "http/json": async () =>
    new (await import("@opentelemetry/exporter-metrics-otlp-http")).OTLPMetricExporter(),
  grpc: async () => new (await import("@opentelemetry/exporter-metrics-otlp-grpc")).OTLPMetricExporter(),
};

const standard = { protocol: "http/protobuf", intervalMs: 60_000, timeoutMs: 30_000 } as const;

/** None when the environment names another exporter than OTLP; what it names and means nothing is logged. */
export async function otlpMetricReaders(options: {
  readonly recorder: Recorder<MetricPart>;
  readonly env: Environment;
  readonly log: (line: string) => void;
}): Promise<IMetricReader[]> {
  const { recorder, env, log } = options;
  const wanted = env["OTEL_METRICS_EXPORTER"]?.trim() || "otlp";
  if (!wanted.split(",").some((name) => name.trim() === "otlp")) {
    log(
      `telemetry: OTEL_METRICS_EXPORTER=${wanted} sends no metrics; otlp does, and /metrics has them anyway`,
    );
    return [];
  }
  const exporter = await exporterOf(env, log);
  const intervalMs = milliseconds(env["OTEL_METRIC_EXPORT_INTERVAL"], standard.intervalMs);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    // It may not be longer than the interval.
    exportTimeoutMillis: Math.min(
      milliseconds(env["OTEL_METRIC_EXPORT_TIMEOUT"], standard.timeoutMs),
      intervalMs,
    ),
    metricProducers: [producerOf(recorder)],
  });
  return [reader];
}

async function exporterOf(env: Environment, log: (line: string) => void): Promise<PushMetricExporter> {
  const named = env["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"];
  const open = exporters[named ?? standard.protocol];
  if (open !== undefined) return open();
  log(`telemetry: the OTLP protocol "${named}" is none of ${Object.keys(exporters).join(", ")}`);
  return (exporters[standard.protocol] as () => Promise<PushMetricExporter>)();
}

function producerOf(recorder: Recorder<MetricPart>): MetricProducer {
  const startedAt = Date.now();
  return {
    async collect() {
      const readings = await recorder.read();
      const scopeMetrics = [toScopeMetrics(readings, { startedAt, readAt: Date.now() })];
      return { resourceMetrics: { resource: nowhere, scopeMetrics }, errors: [] };
    },
  };
}

/** The reader takes the resource of its own SDK. */
const nowhere = { attributes: {}, merge: () => nowhere, getRawAttributes: () => [] };

function milliseconds(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : otherwise;
}
