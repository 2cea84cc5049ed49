/** The spans against a tracer that only writes down what it is asked for. What an SDK sends is looked at in `test/`. */
import { type Context, type SpanOptions, trace } from "@opentelemetry/api";
import type { NewRun, Activation as OpenedRun, RunAction, WorkerEvent } from "@runfleet/model";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { traceActivation } from "./activation-span.js";
import { traceStart } from "./start-span.js";
import type { StepSpans } from "./step-spans.js";

interface Asked {
  readonly name: string;
  readonly options: SpanOptions;
  /** Span id of the parent; undefined = a trace of its own. */
  readonly parent: string | undefined;
  isEnded: boolean;
  readonly set: Record<string, unknown>;
}

const sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const unsampled = sampled.replace(/01$/, "00");
const hourMs = 3_600_000;
let asked: Asked[];

beforeEach(() => {
  asked = [];
  const startSpan = (name: string, options: SpanOptions = {}, under?: Context) => {
    const above = under === undefined || options.root === true ? undefined : trace.getSpanContext(under);
    const entry: Asked = { name, options, parent: above?.spanId, isEnded: false, set: {} };
    asked.push(entry);
    const span = trace.wrapSpanContext({
      traceId: above?.traceId ?? "1".repeat(32),
      spanId: String(asked.length).padStart(16, "0"),
      traceFlags: above?.traceFlags ?? 1,
    });
    span.setAttribute = (key, value) => {
      entry.set[key] = value;
      return span;
    };
    span.end = () => {
      expect(entry.isEnded).toBe(false);
      entry.isEnded = true;
    };
    return span;
  };
  const startActiveSpan = (): never => expect.unreachable();
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) });
});
afterEach(() => trace.disable());

function openedRun(run: Partial<OpenedRun["run"]>): OpenedRun {
  const fence = { runId: "r", generation: 7, nonce: "n" };
  const record = { id: "r", workflow: "w", definitionHash: "h", createdAt: 0, ...run } as OpenedRun["run"];
  return { fence, run: record, parts: {}, inbox: [], tookOver: false };
}

const activate = (run: Partial<OpenedRun["run"]>, now: number, work?: (steps: StepSpans) => void) =>
  traceActivation(openedRun(run), { namespace: "rf", workerId: "w1", now }, async (steps) => {
    if (steps !== undefined) work?.(steps);
    return { type: "yielded" };
  });

describe("an activation", () => {
  test.each([
    { what: "of a young run", traceparent: sampled, now: hourMs, parent: "b7ad6b7169203331" },
    {
      what: "of a run that waited for long begins a trace",
      traceparent: sampled,
      now: hourMs + 1,
      parent: undefined,
    },
    {
      what: "of a run that is not sampled",
      traceparent: unsampled,
      now: 9 * hourMs,
      parent: "b7ad6b7169203331",
    },
  ])("$what, under $parent, always linked to the start", async ({ traceparent, now, parent }) => {
    await activate({ traceparent }, now);
    expect(asked).toMatchObject([{ name: "activate w", parent, isEnded: true }]);
    expect(asked[0]?.options.links).toMatchObject([{ context: { spanId: "b7ad6b7169203331" } }]);
  });

  test("counts the age of a delayed run from when it became ready", async () => {
    await activate({ traceparent: sampled, readyAt: 5 * hourMs }, 6 * hourMs);
    expect(asked[0]?.parent).toBe("b7ad6b7169203331");
  });

  test("of a run that was started in no trace has no link", async () => {
    await activate({}, 0);
    expect(asked).toMatchObject([{ parent: undefined, options: { links: [] } }]);
  });

  test("ends the spans of attempts that go on without it, once", async () => {
    let end = (_event: WorkerEvent): void => {};
    const late = new Promise<WorkerEvent>((resolve) => {
      end = resolve;
    });
    const command = { type: "runAction", address: "b.0", attempt: 1, action: "deaf" } as RunAction;
    let performed: Promise<WorkerEvent> | undefined;
    await activate({}, 0, (steps) => {
      performed = steps.perform(command, () => late);
    });
    const step = asked.find(({ name }) => name === "call deaf");
    expect(step).toMatchObject({ isEnded: true, set: { outcome: "abandoned" } });
    const outcome = { type: "cancelled", reason: "lease_lost" } as const;
    end({ type: "attemptEnded", address: "b.0", attempt: 1, outcome });
    await expect(performed).resolves.toMatchObject({ outcome });
    expect(step?.set).toEqual({ outcome: "abandoned" });
  });

  test("that breaks ends its span and throws what was thrown", async () => {
    const broken = traceActivation(openedRun({}), { namespace: "rf", workerId: "w1", now: 0 }, () =>
      Promise.reject(new Error("broke")),
    );
    await expect(broken).rejects.toThrow("broke");
    expect(asked).toMatchObject([
      { isEnded: true, set: { "activation.end": "broke", "error.type": "internal" } },
    ]);
  });
});

describe("a start", () => {
  const run = { id: "r", workflow: "w", definitionHash: "h", createdAt: 0 } as NewRun;
  const stored: NewRun[] = [];
  const start = (place: Parameters<typeof traceStart>[1]) =>
    traceStart(run, place, async (traced) => {
      stored.push(traced);
      return { tag: "exists" };
    });

  test("puts the context of its span into the run, and says that the run was there", async () => {
    await start({ namespace: "rf" });
    expect(stored.at(-1)?.traceparent).toBe(`00-${"1".repeat(32)}-${"1".padStart(16, "0")}-01`);
    expect(asked).toMatchObject([{ name: "start w", isEnded: true, set: { "run.repeated": true } }]);
  });

  test.each([
    { parent: sampled, kind: "joined", under: "b7ad6b7169203331", links: undefined },
    { parent: sampled, kind: "own", under: undefined, links: [{ context: { spanId: "b7ad6b7169203331" } }] },
    { parent: unsampled, kind: "own", under: "b7ad6b7169203331", links: undefined },
  ] as const)("of a child of $parent, $kind, is under $under", async ({ parent, kind, under, links }) => {
    await start({ namespace: "rf", parent: { traceparent: parent }, trace: kind });
    expect(asked[0]?.parent).toBe(under);
    if (links === undefined) expect(asked[0]?.options.links).toBeUndefined();
    else expect(asked[0]?.options.links).toMatchObject(links);
  });
});

describe("without a tracer", () => {
  beforeEach(() => trace.disable());

  test("an activation has no spans for its steps, so that no step pays for one", async () => {
    const given: unknown[] = [];
    await traceActivation(openedRun({}), { namespace: "rf", workerId: "w1", now: 0 }, async (steps) => {
      given.push(steps);
      return { type: "yielded" };
    });
    expect([given, asked]).toEqual([[undefined], []]);
  });

  test("a start passes the trace of a parent run on, and adds nothing of its own", async () => {
    const run = { id: "r", workflow: "w" } as NewRun;
    const stored = (place: Parameters<typeof traceStart>[1]) =>
      traceStart(run, place, async (traced) => ({ tag: "created", traced }));
    expect(await stored({ namespace: "rf" })).toEqual({ tag: "created", traced: run });
    expect(await stored({ namespace: "rf", parent: { traceparent: sampled } })).toMatchObject({
      traced: { traceparent: sampled },
    });
  });
});
