import { limits } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import { createSecretBox } from "@runfleet/store";
import { afterAll, expect, test } from "vitest";
import { flow, gate } from "../../../test/support/engine/definitions.js";
import { silentLog } from "../../../test/support/silent-log.js";
import { openOneWorker } from "../../../test/support/worker/one-worker.js";
import { systemClock } from "./clock.js";
import { createDefinitions } from "./definitions.js";
import { createSweeper } from "./sweeper.js";

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

test("a run that is given up as a crash loop gives its place to the next one, which is woken at once", async () => {
  await store.setLimit({ workflow: "gated", total: 1 });
  const deadly = await worker.create(gated, workflow);
  const next = await worker.create(gated, workflow);
  for (let deaths = 0; deaths <= limits.recoveriesMax; deaths += 1) {
    const taken = await worker.leases.acquire(deadly, 60_000);
    const leaseToken = taken.tag === "held" ? taken.lease.token : "";
    const request = { runId: deadly, leaseToken, owner: "w2", recoveriesMax: limits.recoveriesMax };
    expect(await store.activate(request)).toMatchObject({ tag: "activated" });
    await worker.vanish(deadly);
  }
  expect(await worker.take(deadly)).toMatchObject({ type: "ended", status: "failed" });
  expect(worker.performed).toContainEqual(expect.objectContaining({ type: "wake", targetId: next }));
});

test("a line that has room, since whoever raised its limit died too early, is let in by a sweeper", async () => {
  const waiting: string[] = [];
  await store.setLimit({ workflow: "gated", perKey: 0 });
  for (const key of ["acme", "umbrella"])
    waiting.push(await worker.create(gated, { ...workflow, concurrency: { key, limit: 3 } }));
  await store.setLimit({ workflow: "gated", perKey: 1 });
  const queue = createMemoryQueue({ now: Date.now });
  const sweeper = createSweeper({
    ports: {
      ...{ store, queue, definitions: createDefinitions(store), now: Date.now, namespace: "rf" },
      secrets: createSecretBox({ namespace: "rf" }),
    },
    ...{ clock: systemClock, random: () => 0, silentMs: 10_000, intervalMs: 60_000, log: silentLog },
  });
  await sweeper.sweep();
  sweeper.stop();
  const { rows } = await store.listScopes({ limit: 10 });
  expect(rows.filter(({ key }) => key !== undefined)).toMatchObject([
    { key: "acme", held: 1, waiting: 0 },
    { key: "umbrella", held: 1, waiting: 0 },
  ]);
  expect((await queue.counts("default")).waiting).toBeGreaterThanOrEqual(waiting.length);
});
