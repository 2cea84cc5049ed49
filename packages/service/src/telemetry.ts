/**
 * OpenTelemetry's SDK for a process: started when the standard `OTEL_*` variables ask for it, stopped within a bound. The only
 * place that loads it, and only then: a process that nobody wants to watch pays nothing. Records nothing itself.
 */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { MetricPart, Recorder } from "@runfleet/metrics";
import { type Signal, wantedSignals } from "./telemetry-environment.js";
import { createTroubleLog } from "./telemetry-trouble.js";

export interface TelemetryOptions {
  /** `service.name` of what is sent, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` names another. */
  readonly serviceName: string;
  /** `service.instance.id`, likewise; default: host and process. */
  readonly instanceId?: string;
  /** What is sent as metrics. Default: there are none. */
  readonly recorder?: Recorder<MetricPart>;
  /** Gets what the SDK could not do, the same thing at most once a minute. */
  readonly log: (line: string) => void;
}

export interface Telemetry {
  /** What is recorded; empty when the environment asks for nothing. */
  readonly signals: ReadonlySet<Signal>;
  /** Sends what is left and stops. Resolves within 2 s whatever the receiver does, and never rejects. */
  stop(): Promise<void>;
}

/** What is left is one batch at most; a receiver that needs longer loses it. */
const stopMsMax = 2_000;

/** Of all packages, which have one. */
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

const idle: Telemetry = { signals: new Set(), stop: async () => {} };

/** Never throws for its environment: as the standard wants it, what cannot be used is logged and left out. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const signals = wantedSignals(process.env);
  if (signals.size === 0) return idle;
  try {
    const stop = await startSdk(options, signals);
    return { signals, stop };
  } catch (error) {
    options.log(`telemetry is off: ${error instanceof Error ? error.message : String(error)}`);
    return idle;
  }
}

/** Reads the variables itself, as the SDK does: exporters, protocols, headers, sampler, limits, batches. */
async function startSdk(
  { serviceName, instanceId = `${hostname()}-${process.pid}`, recorder, log }: TelemetryOptions,
  signals: ReadonlySet<Signal>,
): Promise<Telemetry["stop"]> {
  const sendsMetrics = signals.has("metrics") && recorder !== undefined;
  const metricReaders = sendsMetrics ? await metricReadersOf(recorder, log) : [];
  const { api, NodeSDK, resources } = await import("@opentelemetry/sdk-node");
  const sdk = new NodeSDK({
    resource: resources.defaultResource().merge(
      resources.resourceFromAttributes({
        "service.name": serviceName,
        "service.version": version,
        "service.instance.id": instanceId,
      }),
    ),
    // The detector for processes would send the command line, which may hold the password of a Redis.
    resourceDetectors: [resources.envDetector, resources.hostDetector],
    ...(signals.has("traces") ? {} : { spanProcessors: [] }),
    metricReaders,
    logRecordProcessors: [],
  });
  // After the SDK was made: it would write to standard output, between the lines of the log.
  const { ERROR, WARN } = api.DiagLogLevel;
  api.diag.setLogger(createTroubleLog(log), {
    logLevel: process.env["OTEL_LOG_LEVEL"]?.toUpperCase() === "ERROR" ? ERROR : WARN,
    suppressOverrideMessage: true,
  });
  sdk.start();
  return async () => {
    const shown = (error: unknown): void => api.diag.warn(`the last of it was lost: ${String(error)}`);
    const isLate = delay(stopMsMax, "late", { ref: false });
    const how = await Promise.race([sdk.shutdown().catch(shown), isLate]);
    if (how === "late") shown("no answer in time");
  };
}

async function metricReadersOf(recorder: Recorder<MetricPart>, log: (line: string) => void) {
  const { otlpMetricReaders } = await import("./otlp-metrics.js");
  return otlpMetricReaders({ recorder, env: process.env, log });
}
