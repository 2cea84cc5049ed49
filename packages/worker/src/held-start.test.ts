import type { Disposition } from "@runfleet/model";
import { afterEach, expect, test, vi } from "vitest";
import { call, flow, gate, parallel } from "../../../test/support/engine/definitions.js";
import { eventually } from "../../../test/support/eventually.js";
import { deferred, type OneWorker, openOneWorker } from "../../../test/support/worker/one-worker.js";
import type { AnyAction } from "./action.js";
import { createQuickActions, type QuickActions } from "./quick-actions.js";

let worker: OneWorker;
afterEach(() => worker.close());

const outlasted: string[] = [];
/** Takes every action for quick. */
const credulous: QuickActions = {
  isQuick: () => true,
  took: () => undefined,
  outlasted: (action) => void outlasted.push(action),
};

/** What the store says of the run's steps when an attempt begins. */
const seen: (readonly string[])[] = [];
function looking(name: string, more: Partial<AnyAction> = {}): AnyAction {
  return {
    name,
    async run({ runId }) {
      seen.push(await worker.steps(runId));
      return {};
    },
    ...more,
  };
}

async function open(actions: AnyAction[], quickActions: QuickActions = credulous) {
  seen.length = 0;
  outlasted.length = 0;
  worker = await openOneWorker({ actions }, { quickActions });
}

const completed = { type: "ended", status: "completed" } satisfies Disposition;

async function factsOf(runId: string): Promise<readonly string[]> {
  const history = await worker.store.readHistory({ runId, limit: 100 });
  // A step that took a millisecond has its time told.
  return history.flatMap(({ type }) => (type === "metrics.updated" ? [] : [type]));
}

test("a quick step is written once, when it has ended", async () => {
  await open([looking("look")]);
  const commit = vi.spyOn(worker.store, "commit");
  const runId = await worker.create(flow([call("look")]));
  expect(await worker.take(runId)).toEqual(completed);
  expect(seen).toEqual([[]]);
  expect(commit).not.toHaveBeenCalled();
  expect(await worker.steps(runId)).toEqual(["look#1 completed"]);
  expect(await factsOf(runId)).toEqual([
    ...["lease.acquired", "run.started", "step.started", "step.completed", "run.completed"],
  ]);
});

test("only the first commit of an activation is held back", async () => {
  await open([looking("look")]);
  const commit = vi.spyOn(worker.store, "commit");
  const runId = await worker.create(flow([call("look"), call("look"), call("look")]));
  expect(await worker.take(runId)).toEqual(completed);
  expect(commit).toHaveBeenCalledTimes(2);
  expect(seen).toEqual([
    [],
    ["look#1 completed", "look#1 running"],
    ["look#1 completed", "look#1 completed", "look#1 running"],
  ]);
});

test("what a quick step leads to, such as a gate, is written with it", async () => {
  await open([looking("look")]);
  const commit = vi.spyOn(worker.store, "commit");
  const runId = await worker.create(flow([call("look"), gate("human_review")]));
  expect(await worker.take(runId)).toMatchObject({ type: "parked" });
  expect(commit).not.toHaveBeenCalled();
  expect(await worker.store.readRun(runId)).toMatchObject({
    status: "waiting",
    blockedOn: [{ type: "gate" }],
  });
});

test("quick branches begin at once, before any of them is written", async () => {
  await open([looking("a"), looking("b")]);
  const runId = await worker.create(flow([parallel([call("a"), call("b")])]));
  expect(await worker.take(runId)).toEqual(completed);
  expect(seen).toEqual([[], []]);
  expect(await worker.steps(runId)).toEqual(["a#1 completed", "b#1 completed"]);
});

test("the start of an action nobody knows, or that takes effect at most once, is written before it begins", async () => {
  await open([looking("look")], createQuickActions());
  const unknown = await worker.create(flow([call("look")]));
  expect(await worker.take(unknown)).toEqual(completed);
  await worker.close();
  const running = [["look#1 running"]];
  expect(seen).toEqual(running);
  await open([looking("look", { effect: "at-most-once" })]);
  const once = await worker.create(flow([call("look")]));
  expect(await worker.take(once)).toEqual(completed);
  expect(seen).toEqual(running);
});

test("a branch that must be seen to begin lets none of them be held", async () => {
  await open([looking("a"), looking("b", { effect: "at-most-once" })]);
  const runId = await worker.create(flow([parallel([call("a"), call("b")])]));
  expect(await worker.take(runId)).toEqual(completed);
  expect(seen).toEqual(Array(2).fill(["a#1 running", "b#1 running"]));
});

/** An action that goes on until it is told to end. */
function lasting(name: string) {
  const begun = deferred();
  const release = deferred();
  const action: AnyAction = {
    name,
    async run({ signal }) {
      begun.resolve();
      const aborted = new Promise((_, reject) => signal.addEventListener("abort", reject));
      await Promise.race([release.promise, aborted]);
      return {};
    },
  };
  return { action, begun: begun.promise, release: release.resolve };
}

test("a step that lasts after all is seen to run, and its action is not taken for quick again", async () => {
  const { action, begun, release } = lasting("slow");
  await open([action]);
  const runId = await worker.create(flow([call("slow")]));
  const taken = worker.take(runId);
  await begun;
  await eventually("the start is written", async () => (await worker.steps(runId))[0]);
  expect(await worker.steps(runId)).toEqual(["slow#1 running"]);
  expect(outlasted).toEqual(["slow"]);
  release();
  expect(await taken).toEqual(completed);
});

test("a cancel that is asked for meanwhile is heard of", async () => {
  const { action, begun } = lasting("slow");
  await open([action]);
  const runId = await worker.create(flow([call("slow")]));
  const taken = worker.take(runId);
  await begun;
  await worker.store.requestCancel({ runId, reason: "enough", by: "ann" });
  worker.activator.poke(runId);
  expect(await taken).toMatchObject({ type: "ended", status: "cancelled" });
  expect(await worker.steps(runId)).toEqual(["slow#1 cancelled"]);
});

test("a worker that is stopped meanwhile writes what ended and gives the run away", async () => {
  await open([
    looking("look", {
      async run() {
        worker.activator.stopAll();
        return {};
      },
    }),
  ]);
  const runId = await worker.create(flow([call("look"), call("look")]));
  expect(await worker.take(runId)).toEqual({ type: "yielded" });
  expect(await worker.steps(runId)).toEqual(["look#1 completed", "look#1 running"]);
  expect(await worker.store.readRun(runId)).toMatchObject({ status: "pending", recoveries: 0 });
});

test("an owner that loses the run meanwhile writes nothing, and the next one writes the start of the attempt first", async () => {
  let next: Promise<Disposition> | undefined;
  await open([
    looking("look", {
      async run({ runId, attempt }) {
        expect(attempt).toBe(1);
        seen.push(await worker.steps(runId));
        if (next !== undefined) return { context: "of the second" };
        await worker.vanish(runId);
        worker.replace();
        next = worker.take(runId);
        await next;
        return { context: "of the first" };
      },
    }),
  ]);
  const runId = await worker.create(flow([call("look")]));
  expect(await worker.take(runId)).toMatchObject({ type: "busy" });
  expect(await next).toEqual(completed);
  expect(seen).toEqual([[], ["look#1 running"]]);
  expect(await factsOf(runId)).toEqual([
    ...["lease.acquired", "lease.lost", "lease.acquired", "run.started", "step.started", "step.completed"],
    "run.completed",
  ]);
  const { rows } = await worker.store.readSteps({ runId, limit: 100 });
  expect(rows).toMatchObject([{ context: "of the second" }]);
});
