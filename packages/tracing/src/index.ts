/** What a run looks like in OpenTelemetry. Costs nothing while no SDK is registered. */
export { type ActivationPlace, traceActivation } from "./activation-span.js";
export { attributes, spanWords } from "./attributes.js";
export { environmentOf, headersInEnvironment, withinTrace } from "./incoming.js";
export { type RequestSpan, type ServedRequest, traceRequest } from "./request-span.js";
export { type StartPlace, traceStart } from "./start-span.js";
export type { StepSpans, StepTrace } from "./step-spans.js";
export { headersOf, type TraceContext } from "./trace-context.js";
export { isTracing } from "./tracer.js";
