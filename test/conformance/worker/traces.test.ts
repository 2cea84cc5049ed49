/** What really arrives at a collector, decoded: the spans of runs by a client and a worker on a real Redis. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { trace } from "@opentelemetry/api";
import { defineAction, http, NonRetryableError } from "@runfleet/worker";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { SeenSpan } from "../../support/telemetry/otlp-collector.js";
import { openTracedFleet, type TracedFleet } from "../../support/telemetry/traced-fleet.js";
import { textOf } from "../../tidy/source-files.js";

const secret = "correct-horse-battery-staple";
const printContext = `printf '%s' "$TRACEPARENT"`;
const workflows = [
  `workflow parent { call think { retries = 1 } script shell { run = "${printContext.replaceAll('"', '\\"')}" } call web call workflow kid }`,
  "workflow kid { call quick }",
  'workflow gated { call quick gate human_approval { timeout = "1h" } call quick }',
  'workflow fan { inputs { list required } foreach all { over = json filter = { from = "list" } workflow = kid max_parallel = 4 } }',
  "workflow leaky { inputs { password secret } call leak }",
];

const { version } = JSON.parse(textOf("packages/service/package.json")) as { version: string };

let under: TracedFleet;
let web: Server;
const asked: (string | undefined)[] = [];
/** Trace and span that are active inside the action. */
const active: (string | undefined)[] = [];

beforeAll(async () => {
  web = createServer(({ headers }, response) => {
    asked.push(headers["traceparent"] as string | undefined);
    response.end("{}");
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const think = defineAction({
    name: "think",
    async run({ attempt, log, traceHeaders }) {
      log.info("thinking", { attempt });
      active.push(`${trace.getActiveSpan()?.spanContext().spanId} ${traceHeaders["traceparent"]}`);
      if (attempt === 1) throw new Error("not yet");
      const usage = { inputTokens: 10, cacheReadInputTokens: 90, outputTokens: 7, costUsd: 0.25, turns: 2 };
      return { markers: ["thought"], usage };
    },
  });
  const leak = defineAction({
    name: "leak",
    async run({ variables }) {
      throw new NonRetryableError(`cannot log in with ${variables["password"]}`);
    },
  });
  under = await openTracedFleet(inject("redisUrl"), {
    config: {
      actions: [think, leak, http({ name: "web", url })],
      fallback: { name: "any", run: async () => ({}) },
    },
    workflows,
  });
});
afterAll(async () => {
  await under?.close();
  web?.close();
  expect(under?.trouble).toEqual([]);
});

/** The one span of this name, and of this attempt. */
function named(spans: readonly SeenSpan[], name: string, attempt?: number): SeenSpan {
  const found = spans.filter(
    (span) => span.name === name && (attempt === undefined || span.attributes["attempt"] === attempt),
  );
  expect(found.map((span) => span.name)).toEqual([name]);
  return found[0] as SeenSpan;
}

function traceparentOf({ traceId, spanId }: SeenSpan): string {
  return `00-${traceId}-${spanId}-01`;
}

describe("a run with a child", () => {
  let run: Awaited<ReturnType<TracedFleet["fleet"]["get"]>>;
  let spans: readonly SeenSpan[];
  let ofKid: readonly SeenSpan[];

  beforeAll(async () => {
    run = await (await under.fleet.start("parent")).result({ timeoutMs: 30_000 });
    expect(run.status).toBe("completed");
    // Start, two activations (the second after the child), four attempts.
    spans = await under.collector.spansOf(run.id, 7);
    ofKid = await under.collector.spansOf(run.children[0] ?? "", 3);
  });

  test("is one trace, from its producer over activations and steps to the child's steps", () => {
    const start = named(spans, "start parent");
    const activations = spans.filter(({ name }) => name === "activate parent");
    const startKid = named(ofKid, "start kid");
    const activateKid = named(ofKid, "activate kid");
    expect(new Set([...spans, ...ofKid].map(({ traceId }) => traceId))).toEqual(new Set([start.traceId]));
    expect(start).toMatchObject({ parentSpanId: "", kind: "PRODUCER", status: { code: "UNSET" } });
    for (const activation of activations)
      expect(activation).toMatchObject({
        parentSpanId: start.spanId,
        kind: "CONSUMER",
        links: [linkTo(start)],
      });
    for (const name of ["script shell", "call web"])
      expect(activations.map(({ spanId }) => spanId)).toContain(named(spans, name).parentSpanId);
    expect(activations.map(({ spanId }) => spanId)).toContain(startKid.parentSpanId);
    expect(activateKid).toMatchObject({ parentSpanId: startKid.spanId, links: [linkTo(startKid)] });
    expect(named(ofKid, "call quick")).toMatchObject({ parentSpanId: activateKid.spanId, kind: "INTERNAL" });
  });

  test("says in every span whose it is", () => {
    const common = { namespace: under.namespace, "run.id": run.id, "workflow.name": "parent" };
    for (const span of spans) expect(span.attributes).toMatchObject(common);
    const activation = spans.find(({ name }) => name === "activate parent");
    const onWorker = { "worker.id": "w1", "fencing.token": expect.stringMatching(/^\d+$/) };
    expect(activation?.attributes).toMatchObject({ ...onWorker, "activation.took_over": false });
    expect(named(spans, "script shell").attributes).toMatchObject({
      ...{
        ...onWorker,
        "step.key": run.steps.find(({ name }) => name === "shell")?.address,
        "step.name": "shell",
        attempt: 1,
        outcome: "succeeded",
      },
    });
    expect(named(ofKid, "start kid").attributes).toMatchObject({ "run.parent.id": run.id });
    expect(activation?.resource).toMatchObject({
      ...{ "service.name": "traced", "service.version": version, "service.instance.id": "one" },
      "host.name": expect.any(String),
    });
    expect(activation?.resource).not.toHaveProperty("process.command_args");
  });

  test("shows no activation longer than it was: the one that waits for the child is over before the child ends", () => {
    const [first, second] = spans.filter(({ name }) => name === "activate parent");
    const kid = named(ofKid, "activate kid");
    const ends = [first, second].map((span) => span?.attributes["activation.end"]).sort();
    expect(ends).toEqual(["ended", "parked"]);
    const parked = spans.find(({ attributes }) => attributes["activation.end"] === "parked");
    const ended = spans.find(({ attributes }) => attributes["activation.end"] === "ended");
    expect(Number((ended?.startNs ?? 0n) - (parked?.endNs ?? 0n))).toBeGreaterThan(0);
    expect(kid.endNs).toBeGreaterThan(parked?.endNs ?? 0n);
    for (const step of spans.filter(({ kind }) => kind === "INTERNAL"))
      expect(step.endNs).toBeLessThanOrEqual(parked?.endNs ?? 0n);
  });

  test("is passed on: to the action as the active span, to the script's environment, to the headers of http", () => {
    const [first, second] = [named(spans, "call think", 1), named(spans, "call think", 2)];
    expect(active).toEqual([first, second].map((span) => `${span.spanId} ${traceparentOf(span)}`));
    expect(run.steps.find(({ name }) => name === "shell")?.context).toBe(
      traceparentOf(named(spans, "script shell")),
    );
    expect(asked).toEqual([traceparentOf(named(spans, "call web"))]);
  });

  test("is named by the lines of the log that its attempts write", () => {
    const written = under.lines.filter(({ message, runId }) => message === "thinking" && runId === run.id);
    expect(written.map(({ trace_id, span_id }) => ({ trace_id, span_id }))).toEqual(
      [1, 2].map((attempt) => {
        const { traceId, spanId } = named(spans, "call think", attempt);
        return { trace_id: traceId, span_id: spanId };
      }),
    );
  });

  test("shows a failed attempt as an error, and what a model used in the words of the conventions", () => {
    const [first, second] = [named(spans, "call think", 1), named(spans, "call think", 2)];
    expect(first.status).toEqual({ code: "ERROR", message: "not yet" });
    expect(first.attributes).toMatchObject({ outcome: "failed", "error.type": "step_failed" });
    expect(first.events).toEqual([
      {
        name: "exception",
        attributes: { "exception.type": "step_failed", "exception.message": "not yet" },
      },
    ]);
    expect(second.attributes).toMatchObject({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "think",
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.cache_read.input_tokens": 90,
      "gen_ai.usage.output_tokens": 7,
      "usage.cost_usd": 0.25,
      "usage.turns": 2,
    });
    expect(
      Object.keys(named(ofKid, "call quick").attributes).filter((name) => name.startsWith("gen_ai")),
    ).toEqual([]);
  });
});

function linkTo({ traceId, spanId }: SeenSpan): SeenSpan["links"][number] {
  return { traceId, spanId };
}

test("an activation after a person's answer belongs to the trace of the run's start", async () => {
  const run = await under.fleet.start("gated");
  await expect.poll(async () => (await under.fleet.gates({ runId: run.id })).gates.length).toBe(1);
  await run.approve("human_approval");
  await run.result({ timeoutMs: 30_000 });
  const spans = await under.collector.spansOf(run.id, 5);
  const start = named(spans, "start gated");
  const activations = spans.filter(({ name }) => name === "activate gated");
  expect(activations.map(({ attributes }) => attributes["activation.end"])).toEqual(["parked", "ended"]);
  for (const activation of activations) expect(activation.links).toEqual([linkTo(start)]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
});

test("each item of a foreach has a trace of its own, linked to the activation that started it", async () => {
  const run = await under.fleet.start("fan", { inputs: { list: '["a","b","c"]' } });
  const { children } = await run.result({ timeoutMs: 30_000 });
  const parent = await under.collector.spansOf(run.id, 4);
  const activations = parent.filter(({ name }) => name === "activate fan");
  expect(named(parent, "collect all").attributes).toMatchObject({ "items.count": 3, "step.name": "all" });
  const traces = new Set<string>();
  for (const child of children) {
    const spans = await under.collector.spansOf(child, 3);
    const start = named(spans, "start kid");
    expect(start.parentSpanId).toBe("");
    expect(activations.map(linkTo)).toContainEqual(start.links[0]);
    for (const span of spans) traces.add(span.traceId);
  }
  expect([children.length, traces.size, traces.has(parent[0]?.traceId ?? "")]).toEqual([3, 3, false]);
});

test("a secret is in no span, though the step that failed told it", async () => {
  const run = await under.fleet.start("leaky", { inputs: { password: secret } });
  expect((await run.result({ timeoutMs: 30_000 })).status).toBe("failed");
  const spans = await under.collector.spansOf(run.id, 3);
  expect(named(spans, "call leak").status).toEqual({ code: "ERROR", message: "cannot log in with ***" });
  const activation = named(spans, "activate leaky");
  expect(activation).toMatchObject({ status: { code: "ERROR" }, attributes: { "run.status": "failed" } });
  const told = JSON.stringify(spans, (_, value: unknown) => (typeof value === "bigint" ? "" : value));
  expect(told).not.toContain(secret);
});
