// The reference's tests of cancellation where it meets an action's code (group AA): real activations on a store in memory.
import type { AnyAction } from "@runfleet/worker";
import { afterEach, describe, expect, test } from "vitest";
import { call, flow, parallel } from "../../support/engine/definitions.js";
import { deferred, type OneWorker, openOneWorker } from "../../support/worker/one-worker.js";

let worker: OneWorker;
afterEach(() => worker.close());

/** Begins, waits for the abort, then does what the test says. */
function until(name: string, atAbort: (reason: unknown) => unknown) {
  const begun = deferred();
  const action: AnyAction = {
    name,
    async run({ signal }) {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      return (await atAbort(signal.reason)) as object;
    },
  };
  return { action, begun: begun.promise };
}

const cancel = async (runId: string): Promise<void> => {
  await worker.store.requestCancel({ runId, reason: "enough", by: "ann" });
  worker.activator.poke(runId);
};

describe("a cancel while an action runs", () => {
  test("gap AA: the action's signal is aborted with the reason why", async () => {
    const reasons: unknown[] = [];
    const { action, begun } = until("slow", (reason) => {
      reasons.push(reason);
      return {};
    });
    worker = await openOneWorker({ actions: [action] });
    const runId = await worker.create(flow([call("slow"), call("never")]));
    const taken = worker.take(runId);
    await begun;
    await cancel(runId);
    expect(await taken).toMatchObject({ type: "ended", status: "cancelled" });
    expect(reasons).toEqual(["cancelled"]);
    expect(await worker.steps(runId)).toEqual(["slow#1 cancelled"]);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["an object that is no error", Object.create(null)],
    ["an error", new Error("while aborting")],
  ])(
    "T-CAN-15 code that throws %s while it is stopped does not keep the run from its end",
    async (_what, thrown) => {
      const { action, begun } = until("wild", () => Promise.reject(thrown));
      worker = await openOneWorker({ actions: [action] });
      const runId = await worker.create(flow([call("wild")]));
      const taken = worker.take(runId);
      await begun;
      await cancel(runId);
      expect(await taken).toMatchObject({ type: "ended", status: "cancelled" });
      expect(worker.activator.busy).toBe(0);
    },
  );

  test("gap AA: a request is heard with a renewal, when no message came", async () => {
    const { action, begun } = until("slow", () => ({}));
    worker = await openOneWorker({ actions: [action] }, { renewMs: 10 });
    const runId = await worker.create(flow([call("slow")]));
    const taken = worker.take(runId);
    await begun;
    await worker.store.requestCancel({ runId, reason: "enough", by: "ann" });
    expect(await taken).toMatchObject({ status: "cancelled" });
  });

  test.each([
    ["in the body, where the next step never begins", [call("asks"), call("noted")], [], []],
    ["while cleaning up, which goes on", [], [call("asks"), call("noted")], ["noted"]],
  ])(
    "a request that comes with the answer to the commit of a step's end: %s",
    async (_where, body, always, wanted) => {
      const begun: string[] = [];
      let runId = "";
      const asks: AnyAction = {
        name: "asks",
        async run() {
          await worker.store.requestCancel({ runId, reason: "enough", by: "ann" });
          return {};
        },
      };
      const noted: AnyAction = {
        name: "noted",
        async run() {
          begun.push("noted");
          return {};
        },
      };
      worker = await openOneWorker({ actions: [asks, noted] });
      runId = await worker.create(flow(body, { always }));
      expect(await worker.take(runId)).toMatchObject({ type: "ended" });
      expect(begun).toEqual(wanted);
    },
  );

  test("gap AA: a branch that is stopped because another failed is told so", async () => {
    const reasons: unknown[] = [];
    const { action, begun } = until("slow", (reason) => {
      reasons.push(reason);
      return {};
    });
    const bad: AnyAction = {
      name: "bad",
      async run() {
        await begun;
        throw new Error("no");
      },
    };
    worker = await openOneWorker({ actions: [action, bad] });
    const runId = await worker.create(flow([parallel([call("slow"), call("bad")])]));
    expect(await worker.take(runId)).toMatchObject({ status: "failed" });
    expect(reasons).toEqual(["fail_fast"]);
  });
});
