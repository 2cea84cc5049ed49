/**
 * The span of a request that this process serves: a part of the caller's trace, and above whatever the request starts. Names and
 * attributes are those of OpenTelemetry's conventions for HTTP. Says nothing of queries and bodies.
 */
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { attributes } from "./attributes.js";
import type { Headers } from "./incoming.js";
import { currentTracer, quietly } from "./tracer.js";

export interface ServedRequest {
  readonly method: string;
  /** With names in the place of what differs: `/api/v1/runs/:id`. */
  readonly route: string;
  /** As it was asked for, without the query. */
  readonly path: string;
  readonly scheme: string;
  readonly headers: Headers;
}

export interface RequestSpan {
  /** Does the work as a part of the request. */
  within<T>(work: () => T): T;
  /** Once. The status is absent when the caller went away before the answer. */
  end(answer: { readonly status?: number; readonly runId?: string }): void;
}

/** Undefined while no tracer is registered. */
export function traceRequest(request: ServedRequest): RequestSpan | undefined {
  const tracer = currentTracer();
  const begun = tracer && quietly(() => beginRequest(tracer, request));
  if (begun === undefined) return undefined;
  const { span, active } = begun;
  return {
    within: (work) => context.with(active, work),
    end: (answer) => void quietly(() => endRequest(span, answer)),
  };
}

function beginRequest(
  tracer: Tracer,
  request: ServedRequest,
): { readonly span: Span; readonly active: Context } {
  const { method, route, path, scheme, headers } = request;
  const caller = propagation.extract(context.active(), headers);
  const span = tracer.startSpan(
    `${method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        [attributes.requestMethod]: method,
        [attributes.route]: route,
        [attributes.urlPath]: path,
        [attributes.urlScheme]: scheme,
      },
    },
    caller,
  );
  return { span, active: trace.setSpan(caller, span) };
}

/** What the caller did wrong is no error of ours: the conventions count that from 500 on. */
function endRequest(span: Span, { status, runId }: Parameters<RequestSpan["end"]>[0]): void {
  if (runId !== undefined) span.setAttribute(attributes.runId, runId);
  if (status !== undefined) span.setAttribute(attributes.responseStatus, status);
  const failure = status === undefined ? "caller_gone" : status >= 500 ? String(status) : undefined;
  if (failure !== undefined) {
    span.setAttribute(attributes.errorType, failure);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
