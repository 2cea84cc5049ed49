/**
 * What an outbox entry asked for and its confirmation are one write, so that no history has the one without the other.
 * Both stores, the same answers.
 */
import type { RunStore } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

const event = { type: "signalReceived", at: 1, name: "go" } as const;

/** Each write that an entry may ask for, and whether it takes the entry away. */
const writes: readonly [
  string,
  boolean,
  (store: RunStore, runId: string) => Promise<{ readonly tag: string }>,
][] = [
  [
    "a child that is created",
    true,
    (store, parentId) => store.createRun({ ...child(parentId), confirms: "e" }),
  ],
  ["a child nobody waits for", true, (store) => store.createRun({ ...child("gone"), confirms: "e" })],
  [
    "a cancel that is heard",
    true,
    (store, runId) => store.requestCancel({ ...cancel(runId), confirms: "e" }),
  ],
  ["a cancel of nothing", false, (store) => store.requestCancel({ ...cancel("gone"), confirms: "e" })],
  ["an event that is told", true, (store, runId) => store.appendEvent({ runId, event, confirms: "e" })],
  ["an event for nobody", true, (store) => store.appendEvent({ runId: "gone", event, confirms: "e" })],
];

function child(parentId: string) {
  return sampleRun({ parentId, parentAddress: "b.0", parentPool: "default", depth: 1 });
}

function cancel(runId: string) {
  return { runId, reason: "enough", by: "ann" };
}

describeTwins("confirming", (twin) => {
  test.each(writes)("%s takes its entry away: %s", async (_what, isConfirmed, write) => {
    const { store, create, activate } = twin();
    const runId = await create();
    const { fence } = await activate(runId);
    const entry = { id: "e", runId, type: "wake", targetId: "p", pool: "default" } as const;
    await store.commit(sampleCommit(fence, { outbox: [entry] }));
    await write(store, runId);
    const left = await store.outboxPending({ olderThanMs: 0, limit: 100 });
    expect(left.some(({ id }) => id === "e")).toBe(!isConfirmed);
  });

  test("what nobody asked for is not written", async () => {
    const { store, create, activate } = twin();
    const runId = await create();
    await activate(runId);
    expect(await store.createRun({ ...child(runId), confirms: "e" })).toEqual({ tag: "parent_gone" });
    expect(await store.appendEvent({ runId, event, confirms: "e" })).toEqual({ tag: "duplicate" });
    expect((await store.listChildren({ runId, limit: 10 })).rows).toEqual([]);
  });

  test("a repeat takes it away as well", async () => {
    const { store, create, activate } = twin();
    const runId = await create();
    const { fence } = await activate(runId);
    const run = child(runId);
    await store.createRun(run);
    const entry = { id: "e", runId, type: "wake", targetId: "p", pool: "default" } as const;
    await store.commit(sampleCommit(fence, { outbox: [entry] }));
    expect(await store.createRun({ ...run, confirms: "e" })).toMatchObject({ tag: "exists" });
    const left = await store.outboxPending({ olderThanMs: 0, limit: 100 });
    expect(left.some(({ id }) => id === "e")).toBe(false);
  });
});
