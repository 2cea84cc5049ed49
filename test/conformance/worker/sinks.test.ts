// The reference's tests of event sinks (group W), and what ours promise besides: nothing is lost when a worker dies, and
// no sink hurts a run or another sink. On a store in memory, and once as a fleet on Redis.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@runfleet/client";
import type { FleetEvent } from "@runfleet/model";
import { createFleetWorker, type EventSink } from "@runfleet/worker";
import { afterEach, describe, expect, inject, test } from "vitest";
import { feedSinks, type SinkFeeds, type SinkTiming } from "../../../packages/worker/src/sinks.js";
import { call, flow } from "../../support/engine/definitions.js";
import { eventually } from "../../support/eventually.js";
import { deferred, type OneWorker, openOneWorker } from "../../support/worker/one-worker.js";

const warnings: string[] = [];
const log = {
  info: () => undefined,
  debug: () => undefined,
  warn: (message: string) => void warnings.push(message),
  error: (message: string) => void warnings.push(message),
};
const quick: SinkTiming = { claimMs: 60_000, deliverMs: 30, idleMs: 2, busyMs: 2, retryMs: 1, retryMsMax: 4 };
const actions = [{ name: "plan", run: () => Promise.resolve({}) }];

let worker: OneWorker;
const feeds: SinkFeeds[] = [];
afterEach(async () => {
  await Promise.all(feeds.splice(0).map((one) => one.stop()));
  await worker?.close();
  warnings.length = 0;
});

/** Remembers what it is given. */
function remembering(name: string) {
  const seen: FleetEvent[] = [];
  const sink: EventSink = { name, deliver: (events) => void seen.push(...events) };
  const types = () => seen.map(({ type }) => type);
  const until = (type: string) =>
    eventually(`${name} sees ${type}`, () => seen.find((event) => event.type === type));
  return { sink, seen, types, until };
}

function feed(sinks: readonly EventSink[], { workerId = "w1", timing = quick } = {}): SinkFeeds {
  const started = feedSinks({ store: worker.store, sinks, workerId, log, timing });
  feeds.push(started);
  return started;
}

async function runOnce(): Promise<string> {
  const runId = await worker.create(flow([call("plan")]));
  await worker.take(runId);
  return runId;
}

describe("sinks", () => {
  test("T-EVT-01 two sinks get the same events in the same order", async () => {
    worker = await openOneWorker({ actions });
    const [one, two] = [remembering("one"), remembering("two")];
    feed([one.sink, two.sink]);
    await runOnce();
    await Promise.all([one.until("run.completed"), two.until("run.completed")]);
    expect(one.seen).toEqual(two.seen);
    expect(one.types()).toEqual(expect.arrayContaining(["run.started", "run.completed"]));
  });

  test("T-EVT-02 a sink that is added later gets what happened before it too", async () => {
    worker = await openOneWorker({ actions });
    const [one, two] = [remembering("one"), remembering("two")];
    feed([one.sink]);
    await runOnce();
    await one.until("run.completed");
    feed([two.sink]);
    await two.until("run.completed");
    expect(two.seen).toEqual(one.seen);
  });

  test("T-EVT-03 two sinks of one name are refused: they would share one place", async () => {
    worker = await openOneWorker({ actions });
    const { sink } = remembering("one");
    expect(() => feed([sink, sink])).toThrow(expect.objectContaining({ code: "invalid_config" }));
  });

  test.each<[string, EventSink["deliver"]]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    [
      "throws what has no text",
      () => {
        throw Object.create(null);
      },
    ],
    ["never answers", () => new Promise(() => undefined)],
  ])(
    "T-EVT-04 a sink that %s is logged and asked again; the run and the other sink do not notice",
    async (_, deliver) => {
      worker = await openOneWorker({ actions });
      const good = remembering("good");
      let calls = 0;
      const bad: EventSink = {
        name: "bad",
        deliver(events, context) {
          calls += 1;
          return deliver(events, context);
        },
      };
      feed([bad, good.sink]);
      const runId = await runOnce();
      await good.until("run.completed");
      expect((await worker.store.readRun(runId))?.status).toBe("completed");
      await eventually("the bad one is asked again", () => (calls > 2 ? true : undefined));
      expect(warnings).toContain("sink was not fed, trying again later");
    },
  );

  test("T-EVT-06 the events of a run come in the order of its history", async () => {
    worker = await openOneWorker({ actions });
    const one = remembering("one");
    feed([one.sink]);
    const runIds = [await runOnce(), await runOnce()];
    await eventually("both runs", () =>
      one.types().filter((type) => type === "run.completed").length === 2 ? true : undefined,
    );
    for (const runId of runIds) {
      const history = await worker.store.readHistory({ runId, limit: 100 });
      const mine = one.seen.filter((event) => event.runId === runId);
      expect(mine.map(({ type, at }) => [type, at])).toEqual(history.map(({ type, at }) => [type, at]));
      expect(mine.at(0)?.type).toBe("lease.acquired");
      expect(mine.at(-1)?.type).toBe("run.completed");
    }
  });

  test("a page that was not taken comes again, with nothing left out and in the same order", async () => {
    worker = await openOneWorker({ actions });
    const seen: FleetEvent[] = [];
    let refusals = 3;
    feed([
      {
        name: "moody",
        deliver(events) {
          refusals -= 1;
          if (refusals >= 0) throw new Error("not now");
          seen.push(...events);
        },
      },
    ]);
    await runOnce();
    await eventually("the end", () => seen.find(({ type }) => type === "run.completed"));
    const { events } = await worker.store.readFleetEvents({ after: "0-0", limit: 100 });
    expect(seen).toEqual(events);
  });

  test("when a worker dies while it delivers, another goes on with the same page", async () => {
    worker = await openOneWorker({ actions });
    const hanging = deferred();
    const dying: EventSink = { name: "archive", deliver: () => new Promise(() => hanging.resolve()) };
    feed([dying], { timing: { ...quick, claimMs: 20, deliverMs: 60_000 } });
    await runOnce();
    await hanging.promise;
    const next = remembering("archive");
    feed([next.sink], { workerId: "w2" });
    await next.until("run.completed");
    const { events } = await worker.store.readFleetEvents({ after: "0-0", limit: 100 });
    expect(next.seen).toEqual(events);
  });

  test("a worker that stops ends its delivery, and the next one goes on at once", async () => {
    worker = await openOneWorker({ actions });
    const asked = deferred<AbortSignal>();
    const slow: EventSink = {
      name: "archive",
      deliver: (_, { signal }) => new Promise(() => asked.resolve(signal)),
    };
    const first = feed([slow], { timing: { ...quick, deliverMs: 60_000 } });
    await runOnce();
    const signal = await asked.promise;
    await first.stop();
    expect(signal.aborted).toBe(true);
    const next = remembering("archive");
    feed([next.sink], { workerId: "w2" });
    await next.until("run.completed");
  });

  test("one worker at a time feeds a sink: nothing is delivered twice while nobody fails", async () => {
    worker = await openOneWorker({ actions });
    const seen: FleetEvent[] = [];
    const sink: EventSink = { name: "archive", deliver: (events) => void seen.push(...events) };
    for (const workerId of ["w1", "w2", "w3"]) feed([sink], { workerId });
    for (let run = 0; run < 5; run++) await runOnce();
    await eventually("five runs", () =>
      seen.filter(({ type }) => type === "run.completed").length === 5 ? true : undefined,
    );
    const { events } = await worker.store.readFleetEvents({ after: "0-0", limit: 200 });
    expect(seen).toEqual(events);
  });
});

describe("sinks of a fleet", () => {
  test("a configured sink gets the history of a run that a client started", async () => {
    const redisUrl = inject("redisUrl");
    const namespace = `sinks-${randomUUID().slice(0, 8)}`;
    const workDir = await mkdtemp(join(tmpdir(), "runfleet-sinks-"));
    const client = createClient({ redis: redisUrl, namespace });
    const one = remembering("one");
    const fleet = await createFleetWorker({
      redisUrl,
      namespace,
      log,
      workDir,
      config: { actions, sinks: [one.sink] },
    });
    const run = await client.startDefinition({ source: "workflow w { call plan }" });
    await run.result({ timeoutMs: 30_000 });
    await one.until("run.completed");
    const history: string[] = [];
    for await (const event of run.events({ until: "history" })) history.push(event.type);
    expect(one.seen.filter(({ runId }) => runId === run.id).map(({ type }) => type)).toEqual(history);
    await fleet.stop();
    await client.close();
    await rm(workDir, { recursive: true, force: true });
  });
});
