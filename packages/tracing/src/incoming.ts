/** Joins the trace of a caller: of a request, by its headers, or of the process that started this one, by its environment. */
import { context, propagation } from "@opentelemetry/api";
import { currentTracer, quietly } from "./tracer.js";

/** By lower-case names. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Does the work as a part of the caller's trace, when there is one and a tracer is registered. */
export function withinTrace<T>(headers: Headers, work: () => T): T {
  if (currentTracer() === undefined) return work();
  const caller = quietly(() => propagation.extract(context.active(), headers));
  return caller === undefined ? work() : context.with(caller, work);
}

/** The headers that an environment stands for: `TRACEPARENT`, `TRACESTATE`. */
export function headersInEnvironment(env: Readonly<Record<string, string | undefined>>): Headers {
  return { traceparent: env["TRACEPARENT"], tracestate: env["TRACESTATE"] };
}

/** The other way round: what a program is given so that it joins a trace. */
export function environmentOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase().replaceAll("-", "_"), value]),
  );
}
