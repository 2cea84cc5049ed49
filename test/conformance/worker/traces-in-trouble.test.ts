/** Whatever a tracer, a processor or an exporter does wrong, a run and its start know nothing of it. */
import { type Span, type Tracer, trace } from "@opentelemetry/api";
import { tracing } from "@opentelemetry/sdk-node";
import { traceStart } from "@runfleet/tracing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { call, flow } from "../../support/engine/definitions.js";
import { type OneWorker, openOneWorker } from "../../support/worker/one-worker.js";

const { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } = tracing;
const refuse = (): never => {
  throw new Error("telemetry is broken");
};

let worker: OneWorker;
beforeEach(async () => {
  const flaky = async ({ attempt }: { attempt: number }) => {
    if (attempt === 1) throw new Error("once more");
    return { markers: ["done"], usage: { inputTokens: 1 } };
  };
  worker = await openOneWorker({ actions: [{ name: "flaky", run: flaky }] });
});
afterEach(async () => {
  trace.disable();
  await worker.close();
});

/** Does as a span does, and throws whatever it is asked for but its context. */
const brokenSpan = new Proxy({} as Span, {
  get: (_, member) =>
    member === "spanContext"
      ? () => ({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 })
      : refuse,
});
const spanless = { startSpan: refuse, startActiveSpan: refuse } as Tracer;
const broken = { startSpan: () => brokenSpan, startActiveSpan: refuse } as Tracer;
const contextless = {
  startSpan: () => new Proxy({} as Span, { get: refuse }),
  startActiveSpan: refuse,
} as Tracer;

const exported = vi.fn();
const exporter = (work: () => void) => ({
  export: (...given: unknown[]) => {
    exported(...given);
    work();
  },
  shutdown: refuse,
});

const providers: Readonly<Record<string, () => { getTracer(name: string): Tracer }>> = {
  "a provider that throws": () => ({ getTracer: refuse }),
  "a tracer that throws": () => ({ getTracer: () => spanless }),
  "a span that throws": () => ({ getTracer: () => broken }),
  "a span without a context": () => ({ getTracer: () => contextless }),
  "a processor that throws": () =>
    new BasicTracerProvider({
      spanProcessors: [{ onStart: refuse, onEnd: refuse, forceFlush: refuse, shutdown: refuse }],
    }),
  "an exporter that throws at once": () =>
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter(refuse))] }),
  "an exporter that throws later": () =>
    new BasicTracerProvider({
      spanProcessors: [new BatchSpanProcessor(exporter(refuse), { scheduledDelayMillis: 1 })],
    }),
  "an exporter that never answers": () =>
    new BasicTracerProvider({
      spanProcessors: [
        new BatchSpanProcessor(
          exporter(() => undefined),
          { scheduledDelayMillis: 1 },
        ),
      ],
    }),
};

test.each(Object.keys(providers))("%s is no trouble of the run", async (name) => {
  const provider = providers[name]?.();
  if (provider !== undefined) trace.setGlobalTracerProvider(provider);
  exported.mockClear();
  const { run } = await traceStart(
    { id: "r", workflow: "w" } as Parameters<typeof traceStart>[0],
    { namespace: "rf" },
    async (traced) => ({ tag: "created", run: traced }),
  );
  expect(run).toMatchObject({ id: "r", workflow: "w" });
  const runId = await worker.create(flow([call("flaky", { retries: 1 })]));
  expect(await worker.take(runId)).toEqual({ type: "ended", status: "completed" });
  expect(await worker.steps(runId)).toEqual(["flaky#1 failed", "flaky#2 completed"]);
  if (name.startsWith("an exporter")) await expect.poll(() => exported.mock.calls.length).toBeGreaterThan(0);
});
