import { afterAll, expect, test } from "vitest";
import { flow, gate } from "../../../test/support/engine/definitions.js";
import { openOneWorker } from "../../../test/support/worker/one-worker.js";

const worker = await openOneWorker({});
afterAll(() => worker.close());
const { store } = worker;

const gated = { ...flow([gate("human_review")]), name: "gated" };
const workflow = { workflow: "gated" };

test("the job of a run without a permit lies still until somebody gives it one, also between the two", async () => {
  await store.setLimit({ workflow: "gated", total: 0 });
  const runId = await worker.create(gated, workflow);
  const disposition = await worker.take(runId);
  if (disposition.type !== "parked") throw new Error(disposition.type);
  expect(disposition.until).toBeUndefined();
  expect(await disposition.stillParked()).toBe(true);
  await store.setLimit({ workflow: "gated", total: 1 });
  expect(await disposition.stillParked()).toBe(false);
  expect(await worker.take(runId)).toMatchObject({ type: "parked" });
  expect(await store.readRun(runId)).toMatchObject({ status: "waiting", blockedOn: [{ type: "gate" }] });
  expect((await store.listScopes({ limit: 1 })).rows).toEqual([]);
});

test("a run without a permit hears of a cancel and ends", async () => {
  await store.setLimit({ workflow: "gated", total: 0 });
  const runId = await worker.create(gated, workflow);
  const disposition = await worker.take(runId);
  if (disposition.type !== "parked") throw new Error(disposition.type);
  await store.requestCancel({ runId, reason: "enough", by: "ann" });
  expect(await disposition.stillParked()).toBe(false);
  expect(await worker.take(runId)).toMatchObject({ type: "ended", status: "cancelled" });
});
