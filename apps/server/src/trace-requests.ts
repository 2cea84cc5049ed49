/**
 * A span for each request to the API, in the caller's trace. It ends when the answer has been sent or the caller has gone. What is
 * asked again and again by machines, or stays open for as long as a run lives, has none.
 */
import { type RequestSpan, traceRequest, withinTrace } from "@runfleet/tracing";
import type { FastifyInstance, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** False: no span. Default: one for each request below `/api/`. */
    isTraced?: false;
  }
  interface FastifyRequest {
    span: RequestSpan | undefined;
  }
}

const tracedPrefix = "/api/";

export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest("span");
  app.addHook("onRequest", async (request, reply) => {
    const span = beginSpan(request);
    if (span === undefined) return;
    request.span = span;
    const { raw } = reply;
    raw.once("close", () => {
      const { id } = (request.params ?? {}) as { readonly id?: string };
      const isOfRun = request.routeOptions.url?.includes("/runs/:id") === true && id !== undefined;
      span.end({
        ...(raw.writableFinished ? { status: raw.statusCode } : {}),
        ...(isOfRun ? { runId: id } : {}),
      });
    });
  });
  // Once the body is there: what reads it would lose the trace again.
  app.addHook("preHandler", (request, _reply, done) => {
    if (request.span === undefined) withinTrace(request.headers, done);
    else request.span.within(done);
  });
}

function beginSpan({
  routeOptions,
  method,
  url,
  protocol,
  headers,
}: FastifyRequest): RequestSpan | undefined {
  const { url: route, config } = routeOptions;
  if (route?.startsWith(tracedPrefix) !== true || config.isTraced === false) return undefined;
  const [path = ""] = url.split("?", 1);
  return traceRequest({ method, route, path, scheme: protocol, headers });
}
