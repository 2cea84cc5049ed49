import { describe, expect, test } from "vitest";
import { wantedSignals } from "./telemetry-environment.js";

const endpoint = "http://collector:4318";

describe("what the environment asks to be sent", () => {
  test.each([
    { env: {}, wanted: [] },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, wanted: ["traces", "metrics"] },
    { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }, wanted: ["traces"] },
    { env: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint }, wanted: ["metrics"] },
    { env: { OTEL_TRACES_EXPORTER: "console" }, wanted: ["traces"] },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRICS_EXPORTER: "none" }, wanted: ["traces"] },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: " none " }, wanted: ["metrics"] },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: " ", OTEL_TRACES_EXPORTER: "" }, wanted: [] },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "True" }, wanted: [] },
    { env: { OTEL_TRACES_SAMPLER: "always_on", OTEL_SERVICE_NAME: "x" }, wanted: [] },
  ])("$env: $wanted", ({ env, wanted }) => {
    expect([...wantedSignals(env)]).toEqual(wanted);
  });
});
