import { createMemoryQueue } from "@runfleet/queue";
import { createMemoryStore, createSecretBox } from "@runfleet/store";
import { expect, onTestFinished, test } from "vitest";
import { runInfo } from "../../../test/support/engine/world.js";
import { systemClock } from "./clock.js";
import { createDefinitions } from "./definitions.js";
import { createSweeper } from "./sweeper.js";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test("tells what it set going again: what was lost, not what has a job and only waits for a worker", async () => {
  let now = 1_000_000;
  const store = createMemoryStore({ now: () => now });
  const queue = createMemoryQueue({ now: () => now });
  const definitions = createDefinitions(store);
  const secrets = createSecretBox({ namespace: "rf" });
  const repaired: string[] = [];
  const sweeper = createSweeper({
    ports: { store, queue, definitions, secrets, now: () => now, namespace: "rf" },
    ...{ clock: systemClock, random: () => 0.5, log: silent, silentMs: 10_000, intervalMs: 1_000_000 },
    onRepaired: (what, count) => void repaired.push(`${count} ${what}`),
  });
  onTestFinished(async () => {
    sweeper.stop();
    await queue.close();
  });
  await store.createRun(runInfo({ id: "A", rootId: "A", createdAt: now }));
  await sweeper.sweep();
  expect(repaired, "whoever started it died before its job was there").toEqual(["1 sleeping_run"]);
  now += 60_000;
  expect(await sweeper.sweep(), "it is told, since it is ready").toBe(1);
  expect(repaired).toHaveLength(1);
  await queue.remove("A", "default");
  now += 60_000;
  await sweeper.sweep();
  expect(repaired, "its job is lost").toEqual(["1 sleeping_run", "1 sleeping_run"]);
});

test("that is stopped in the middle of a round repairs nothing more, and does not complain of what is being closed", async () => {
  const now = 1_000_000;
  const store = createMemoryStore({ now: () => now });
  const queue = createMemoryQueue({ now: () => now });
  onTestFinished(() => queue.close());
  const warnings: string[] = [];
  const confirmed: string[] = [];
  const closing = {
    ...store,
    outboxPending: async () =>
      ["A", "B"].map(
        (id) => ({ id: `wake ${id}`, runId: id, type: "wake", targetId: id, pool: "default" }) as const,
      ),
    outboxDone: async (ids: readonly string[]) => {
      confirmed.push(...ids);
      sweeper.stop();
      throw new Error("the store is closed");
    },
  };
  const definitions = createDefinitions(store);
  const secrets = createSecretBox({ namespace: "rf" });
  const sweeper = createSweeper({
    ports: { store: closing, queue, definitions, secrets, now: () => now, namespace: "rf" },
    ...{ clock: systemClock, random: () => 0.5, silentMs: 10_000, intervalMs: 1_000_000 },
    log: { ...silent, warn: (message) => void warnings.push(message) },
  });
  for (const id of ["A", "B"]) await store.createRun(runInfo({ id, rootId: id, createdAt: now }));
  await sweeper.sweep();
  expect(confirmed).toHaveLength(1);
  expect(warnings).toEqual([]);
});
