/** The span of a start, by whoever starts: a client, a schedule, a parent run. The run carries its context from then on. */
import { context, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { NewRun } from "@runfleet/model";
import { attributes, spanWords } from "./attributes.js";
import { failureIn, noteFailure } from "./failures.js";
import { contextUnder, spanContextIn, type TraceContext, traceContextOf } from "./trace-context.js";
import { currentTracer, quietly } from "./tracer.js";

export interface StartPlace {
  readonly namespace: string;
  /** The context of the parent run, when a run starts this one; a span that is active goes before it. */
  readonly parent?: TraceContext;
  /** `own`: one of very many; it begins a trace that is linked to its parent's, which would become too large to look at. */
  readonly trace?: "joined" | "own";
}

/** Creates the run inside a span, with the span's context in its record. Without a tracer it only passes a parent's context on. */
export async function traceStart<Reply extends { readonly tag: string }>(
  run: NewRun,
  place: StartPlace,
  create: (run: NewRun) => Promise<Reply>,
): Promise<Reply> {
  const tracer = currentTracer();
  const begun = tracer && quietly(() => beginStart(tracer, run, place));
  if (begun === undefined) return create({ ...run, ...place.parent });
  const { span, active, kept } = begun;
  try {
    const reply = await context.with(active, () => create({ ...run, ...kept }));
    if (reply.tag === "exists") quietly(() => span.setAttribute(attributes.runRepeated, true));
    return reply;
  } catch (error) {
    quietly(() => noteFailure(span, failureIn(error)));
    throw error;
  } finally {
    quietly(() => span.end());
  }
}

function beginStart(tracer: Tracer, run: NewRun, { namespace, parent = {}, trace: kind }: StartPlace) {
  const active = trace.getSpanContext(context.active());
  const above = active ?? spanContextIn(parent);
  // A parent that is not sampled stays the parent: a trace of its own would be sampled anew.
  const isOwn = kind === "own" && above !== undefined && (above.traceFlags & 1) === 1;
  const options = {
    kind: SpanKind.PRODUCER,
    attributes: {
      [attributes.namespace]: namespace,
      [attributes.runId]: run.id,
      [attributes.workflowName]: run.workflow,
      [attributes.workflowVersion]: run.definitionHash,
      ...(run.parentId === undefined ? {} : { [attributes.parentRunId]: run.parentId }),
    },
    ...(isOwn ? { links: [{ context: above }] } : {}),
  };
  const under = active === undefined ? contextUnder(above) : context.active();
  const span = tracer.startSpan(`${spanWords.start} ${run.workflow}`, { ...options, root: isOwn }, under);
  return { span, active: trace.setSpan(context.active(), span), kept: traceContextOf(span.spanContext()) };
}
