/** The tracer, while somebody listens; and the wall between what a tracer does wrong and a run. Knows no span of ours. */
import { diag, ProxyTracerProvider, type Tracer, trace } from "@opentelemetry/api";

/** Name of the instrumentation scope of all our spans. */
const scope = "runfleet";

/** Nothing while no SDK is registered: the API's own tracer records nothing and makes an object for each span all the same. */
export function currentTracer(): Tracer | undefined {
  return quietly(() => {
    const provider = trace.getTracerProvider();
    return provider instanceof ProxyTracerProvider
      ? provider.getDelegateTracer(scope)
      : provider.getTracer(scope);
  });
}

export function isTracing(): boolean {
  return currentTracer() !== undefined;
}

/** Whatever an SDK, its processors and exporters throw is told to its own log, and to nobody else. */
export function quietly<T>(record: () => T): T | undefined {
  try {
    return record();
  } catch (error) {
    try {
      diag.error(`a span could not be recorded: ${String(error)}`);
    } catch {
      // Then there is nobody to tell it to.
    }
    return undefined;
  }
}
