/**
 * Which signals the environment asks for. OpenTelemetry's SDK, once started, sends everything to this machine unless told
 * otherwise; a process that nobody configured must send nothing, so the question is answered before it is loaded.
 */

export type Signal = "traces" | "metrics";

const allSignals: readonly Signal[] = ["traces", "metrics"];

/**
 * A signal is wanted when `OTEL_TRACES_EXPORTER` (`OTEL_METRICS_EXPORTER`) names an exporter, or when there is an endpoint for
 * it. `none` and `OTEL_SDK_DISABLED=true` win over everything else.
 */
export function wantedSignals(env: Readonly<Record<string, string | undefined>>): ReadonlySet<Signal> {
  const textOf = (name: string): string => env[name]?.trim() ?? "";
  if (textOf("OTEL_SDK_DISABLED").toLowerCase() === "true") return new Set();
  const isWanted = (signal: Signal): boolean => {
    const exporters = textOf(`OTEL_${signal.toUpperCase()}_EXPORTER`);
    if (exporters !== "") return !exporters.split(",").some((name) => name.trim() === "none");
    const endpoints = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`, "OTEL_EXPORTER_OTLP_ENDPOINT"];
    return endpoints.some((name) => textOf(name) !== "");
  };
  return new Set(allSignals.filter(isWanted));
}
