import { createTraceState, type SpanContext } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { headersOf, spanContextIn, traceContextOf } from "./trace-context.js";

const spanContext: SpanContext = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
};
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test("a span's context is W3C's text, and the text is that context far away", () => {
  expect(traceContextOf(spanContext)).toEqual({ traceparent });
  expect(spanContextIn({ traceparent })).toEqual({ ...spanContext, isRemote: true });
  expect(traceContextOf({ ...spanContext, traceFlags: 0 }).traceparent).toMatch(/-00$/);
});

test("what other vendors say is kept, unless it is longer than the standard asks for", () => {
  const traceState = createTraceState("vendor=1,other=2");
  const context = traceContextOf({ ...spanContext, traceState });
  expect(context).toEqual({ traceparent, tracestate: "vendor=1,other=2" });
  expect(spanContextIn(context)?.traceState?.get("other")).toBe("2");
  const long = { ...traceState, serialize: () => "v=".padEnd(513, "1") };
  expect(traceContextOf({ ...spanContext, traceState: long })).toEqual({ traceparent });
});

test.each([
  undefined,
  "",
  "nonsense",
  traceparent.replace("00-", "ff-"),
  traceparent.replace(/0af7\w+/, "0".repeat(32)),
])("%s stands for no span", (text) => {
  expect(spanContextIn(text === undefined ? {} : { traceparent: text })).toBeUndefined();
});

test("a span that stands for nothing has no text, and what has no text no headers", () => {
  expect(traceContextOf({ traceId: "", spanId: "", traceFlags: 0 })).toEqual({});
  expect(headersOf({})).toEqual({});
  expect(headersOf({ traceparent, tracestate: "v=1" })).toEqual({ traceparent, tracestate: "v=1" });
});
