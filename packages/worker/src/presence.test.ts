/** What the fleet hears of a worker while it works, when it is asked to stop, and afterwards. */
import { createMemoryStore } from "@runfleet/store";
import { expect, test, vi } from "vitest";
import { systemClock } from "./clock.js";
import { announcePresence } from "./presence.js";

test("a worker says what it did of late, that it leaves, and is gone", async () => {
  const store = createMemoryStore({ now: () => 5_000 });
  let monotonic = 0;
  const clock = { ...systemClock, monotonic: () => monotonic };
  const presence = announcePresence({
    ...{ store, clock, workerId: "w1", pools: ["default"], slots: 32, busy: () => 2 },
    setClock: async (ask) => void (await ask()),
    recent: () => ({ taken: 3, heldMs: 900 }),
    onError: (error) => expect.unreachable(String(error)),
  });
  await presence.known;
  const [working] = await store.listWorkers();
  expect(working).toMatchObject({ id: "w1", busy: 2, recent: { taken: 3, heldMs: 900 } });
  expect(working).not.toHaveProperty("leaving");
  monotonic = 700;
  expect(presence.silentMs()).toBe(700);
  presence.leave();
  await vi.waitFor(async () => expect(await store.listWorkers()).toMatchObject([{ leaving: true }]));
  await vi.waitFor(() => expect(presence.silentMs()).toBe(0));
  await presence.withdraw();
  expect(await store.listWorkers()).toEqual([]);
});
