/** How many workers pools should have: one answer for everybody who asks, by the policy that is set. */
import { createMemoryQueue } from "@runfleet/queue";
import { createMemoryStore } from "@runfleet/store";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type ClientFleet, greet, openClientFleet } from "../../../test/support/client-fleet.js";
import { readScaling } from "./scale-pools.js";

let under: ClientFleet;
beforeEach(async () => {
  under = await openClientFleet(inject("redisUrl"));
  await under.fleet.publish([greet]);
});
afterEach(() => under.close());

const worker = {
  ...{ id: "w1", pid: 1, host: "h", pools: ["default"], slots: 4, busy: 0, version: "0", lastSeen: 0 },
};

async function startSeveral(count: number, more: object = {}): Promise<void> {
  const entry = { workflow: "greet", inputs: { whom: "ann" }, ...more };
  await under.fleet.startMany(Array.from({ length: count }, () => entry));
}

test("the fleet shows what each pool wants, and why", async () => {
  await under.store.announceWorker(worker);
  await startSeveral(6);
  const [pool] = (await under.fleet.fleet()).pools;
  expect(pool).toEqual({
    ...{ name: "default", ready: 6, active: 0, waiting: 0, oldestReadyMs: expect.any(Number), wanted: 2 },
    why: "6 ready need 6 slots of 4 per worker",
  });
});

test("runs that will be ready before a worker could start count, later ones do not", async () => {
  await startSeveral(3, { delayMs: 10_000 });
  await startSeveral(5, { delayMs: 600_000 });
  expect(await under.fleet.scaling()).toMatchObject({
    ...{ pool: "default", wanted: 1, isActive: true, cause: "work", ready: 0, dueSoon: 3 },
    why: "3 due soon need 3 slots of 32 per worker",
  });
});

test("everybody who asks gets the same answer, and how many ask does not matter", async () => {
  let now = 1_800_000_000_000;
  const ports = {
    store: createMemoryStore({ now: () => now }),
    queue: createMemoryQueue({ now: () => now }),
  };
  const add = (runId: string) => ports.queue.add({ runId, workflow: "greet", pool: "default" });
  for (let count = 0; count < 40; count++) await add(`a${count}`);
  const ask = () => Promise.all(Array.from({ length: 8 }, () => readScaling(ports, "default")));
  const first = await ask();
  expect(first[0]?.wanted).toBe(2);
  for (let count = 0; count < 40; count++) await add(`b${count}`);
  now += 1_999;
  expect([...first, ...(await ask())]).toEqual(Array.from({ length: 16 }, () => first[0]));
  now += 1;
  const later = await ask();
  expect(later[0]).toMatchObject({ wanted: 3, ready: 80, decidedAt: new Date(now).toISOString() });
  expect(later).toEqual(Array.from({ length: 8 }, () => later[0]));
});

test("a policy counts from the moment it is set, for everybody, until it is taken back", async () => {
  await startSeveral(40);
  expect((await under.fleet.scaling()).wanted).toBe(2);
  expect(await under.fleet.setScaling("default", { max: 1 })).toBe(true);
  expect(await under.fleet.scaling()).toMatchObject({
    ...{ wanted: 1, cause: "max" },
    policy: { max: 1, targetMs: 30_000, busyWorkers: "keep" },
  });
  expect(await under.fleet.setScaling("default", null)).toBe(true);
  expect(await under.fleet.setScaling("default", null)).toBe(false);
  expect((await under.fleet.scaling()).wanted).toBe(2);
});

test("a pool without a worker is shown once something was set for it, or somebody asked while it had work", async () => {
  await under.fleet.setScaling("gpu", { min: 3 });
  await startSeveral(1, { pool: "cpu" });
  await Promise.all([under.fleet.scaling("cpu"), under.fleet.scaling("nobodys")]);
  const { pools } = await under.fleet.fleet();
  expect(pools.map(({ name, wanted }) => [name, wanted])).toEqual([
    ["cpu", 1],
    ["default", 0],
    ["gpu", 3],
  ]);
});

test("asking about a pool leaves no queue behind, whoever asks about whatever name", async () => {
  await Promise.all(["a", "b", "c"].map((name) => under.fleet.scaling(`nobodys-${name}`)));
  await startSeveral(1, { pool: "gpu" });
  expect(await under.fleet.scaling("gpu")).toMatchObject({ ready: 1 });
  const keys = await under.keys();
  expect(keys.filter((key) => key.endsWith(":gpu:meta"))).toHaveLength(1);
  expect(keys.filter((key) => key.includes("nobodys"))).toEqual([]);
});

test("a turn of another version is no memory, and takes no worker away", async () => {
  await under.store.announceWorker(worker);
  await under.store.keepScalingTurn({ pool: "default", turn: '{"version":2,"what":"ever"}' });
  expect(await under.fleet.scaling()).toMatchObject({ wanted: 1, cause: "settling" });
});

test("a worker that leaves is not one that could be kept", async () => {
  await under.store.announceWorker({ ...worker, busy: 2, leaving: true });
  expect(await under.fleet.scaling()).toMatchObject({ wanted: 0, workers: 0 });
  expect((await under.fleet.fleet()).workers).toMatchObject([{ id: "w1", leaving: true }]);
});

test.each<[object, RegExp]>([
  [{ min: 5, max: 2 }, /min must not be more than max/],
  [{ max: 0 }, /max: /],
  [{ colour: "red" }, /colour/],
])("the policy %j is refused", async (policy, why) => {
  await expect(under.fleet.setScaling("default", policy)).rejects.toThrow(why);
});

test("what is no pool's name is refused", async () => {
  await expect(under.fleet.scaling("No Pool")).rejects.toMatchObject({ code: "invalid_usage" });
  await expect(under.fleet.setScaling("runs", {})).rejects.toMatchObject({ code: "invalid_usage" });
});
