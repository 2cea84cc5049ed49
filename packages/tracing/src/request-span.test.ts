/** Against a tracer that only writes down what it is told. What an SDK sends is looked at in `test/`. */
import { type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { afterEach, expect, test } from "vitest";
import { traceRequest } from "./request-span.js";

const request = {
  ...{ method: "GET", route: "/api/v1/runs/:id", path: "/api/v1/runs/a", scheme: "http", headers: {} },
};
afterEach(() => trace.disable());

function listen(end: () => void = () => {}): Record<string, unknown> {
  const told: Record<string, unknown> = {};
  const startSpan = (name: string): Span => {
    told["name"] = name;
    const span = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
    const setAttribute = (key: string, value: unknown) => {
      told[key] = value;
      return span;
    };
    const setStatus: Span["setStatus"] = ({ code }) => setAttribute("status", code);
    return Object.assign(span, { setAttribute, setStatus, end });
  };
  const startActiveSpan = (): never => expect.unreachable();
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) });
  return told;
}

test.each([
  ["an answer", { status: 404 }, { "http.response.status_code": 404 }],
  [
    "a fault of the server",
    { status: 503, runId: "a" },
    {
      "http.response.status_code": 503,
      ...{ "run.id": "a", "error.type": "503", status: SpanStatusCode.ERROR },
    },
  ],
  ["no answer", {}, { "error.type": "caller_gone", status: SpanStatusCode.ERROR }],
])("a request ends with %s", (_name, answer, expected) => {
  const told = listen();
  traceRequest(request)?.end(answer);
  expect(told).toEqual({ name: "GET /api/v1/runs/:id", ...expected });
});

test("nobody listens: there is no span, and nothing is done inside of one", () => {
  expect(traceRequest(request)).toBeUndefined();
});

test("a tracer that throws spoils neither the beginning nor the end of a request", () => {
  const fail = (): never => {
    throw new Error("broken");
  };
  listen(fail);
  const span = traceRequest(request);
  expect(span?.within(() => "done")).toBe("done");
  span?.end({ status: 200 });
  trace.disable();
  trace.setGlobalTracerProvider({ getTracer: fail });
  expect(traceRequest(request)).toBeUndefined();
});
