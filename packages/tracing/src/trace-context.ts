/**
 * The context of a trace as it lies in a run's record: W3C's `traceparent` and `tracestate`, whichever propagators the process
 * has, so that every worker can read what any producer wrote. Baggage is not kept: it has no bound and may be private.
 */
import {
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from "@opentelemetry/api";
import type { RunInfo } from "@runfleet/model";

/** `traceparent`: `00-<32 hex>-<16 hex>-<2 hex>`; `tracestate`: of other vendors, at most 512 characters. */
export type TraceContext = Pick<RunInfo, "traceparent" | "tracestate">;

/** What the standard asks everybody to pass on; a longer one is left out, as the standard allows. */
const tracestateCharsMax = 512;
const traceparentForm = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Nothing of a span that stands for none. */
export function traceContextOf(spanContext: SpanContext): TraceContext {
  if (!isSpanContextValid(spanContext)) return {};
  const { traceId, spanId, traceFlags } = spanContext;
  const flags = traceFlags.toString(16).padStart(2, "0");
  const state = spanContext.traceState?.serialize() ?? "";
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(state === "" || state.length > tracestateCharsMax ? {} : { tracestate: state }),
  };
}

/** The span far away that the texts stand for; nothing when they stand for none. */
export function spanContextIn({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
  const [, traceId = "", spanId = "", flags = ""] = traceparentForm.exec(traceparent ?? "") ?? [];
  const spanContext: SpanContext = {
    ...{ traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true },
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** A context under which new spans are children of that span; without one they begin a trace. */
export function contextUnder(spanContext: SpanContext | undefined): Context {
  return spanContext === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

/** The same as headers; empty when there is no trace. */
export function headersOf({ traceparent, tracestate }: TraceContext): Readonly<Record<string, string>> {
  if (traceparent === undefined) return {};
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
