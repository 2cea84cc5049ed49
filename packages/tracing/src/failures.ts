/** How a span says that what it stands for has failed. */
import { type Span, SpanStatusCode } from "@opentelemetry/api";
import type { Failure } from "@runfleet/model";
import { attributes } from "./attributes.js";

/** Status, `error.type` and the event `exception`. The message is shown as it is: secrets are masked before. */
export function noteFailure(span: Span, { code, message }: Failure): void {
  span.setAttribute(attributes.errorType, code);
  span.recordException({ name: code, message });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The failure of something that was thrown, without its stack: frames say nothing about a run, and causes may say too much. */
export function failureIn(error: unknown): Failure {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return {
    code: typeof code === "string" ? code : "internal",
    message: error instanceof Error ? error.message : String(error),
  };
}
