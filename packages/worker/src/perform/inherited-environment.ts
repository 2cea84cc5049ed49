/** What programs of steps inherit of the worker's own environment: everything but what belongs to the fleet alone. */

const withheld: ReadonlySet<string> = new Set([
  // Keys and tokens of Runfleet itself, that of the chart for KEDA too. No step needs them, and any step could print them.
  ...["RUNFLEET_SECRET_KEYS", "RUNFLEET_API_TOKENS", "RUNFLEET_SCALER_TOKEN"],
  // The trace of whoever started the worker, which is no step's.
  ...["TRACEPARENT", "TRACESTATE", "BAGGAGE"],
]);

export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.has(name)));
}
