import type { FleetClient } from "@runfleet/client";
import { type Fact, zeroTotals } from "@runfleet/model";
import { afterAll, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../../test/support/client-fleet.js";
import { followFamily } from "./follow-family.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, store } = under;
afterAll(() => under.close());

/** A root with so many child runs, and what its worker tells about them. */
async function openFamily(size: number) {
  const { id: rootId } = await fleet.start("greet", { inputs: { whom: "you" } });
  const { definitionHash } = await fleet.get(rootId);
  const start = { inputs: {}, dryRun: false, failFast: true, stepTimeoutMs: 1_000, pluginDirs: [] };
  const place = { rootId, parentId: rootId, parentAddress: "b.1", depth: 1, workflow: "greet" };
  const children = Array.from({ length: size }, (_, index) => `${rootId}${index}`);
  for (const id of children) {
    const more = { definitionHash, triggeredByHook: false, createdAt: Date.now(), pool: "default" };
    await store.createRun({ id, ...place, ...start, ...more });
  }
  const { activation, release } = await under.take(rootId);
  let commits = 0;
  const commit = (facts: readonly Fact[]) => ({
    ...{ fence: activation.fence, commitId: `c${++commits}`, parts: { set: {}, remove: [] }, steps: [] },
    ...{ outbox: [], outboxDone: [], inboxSeen: 1, totals: zeroTotals(), gatesOpened: [], gatesClosed: [] },
    facts: [...facts],
  });
  return {
    rootId,
    children,
    tell: (...facts: readonly Fact[]) => store.commit({ ...commit(facts), status: "running" }),
    end: async () => {
      const facts = [{ type: "run.completed" } as const];
      await store.finish({ ...commit(facts), status: "completed", summary: "", retentionMs: 60_000 });
      await release();
    },
  };
}

/** The same client, counting who is followed at once. */
function counting(): { readonly client: FleetClient; readonly most: () => number } {
  let open = 0;
  let most = 0;
  const events: FleetClient["events"] = async function* (runId, options) {
    most = Math.max(most, ++open);
    try {
      yield* fleet.events(runId, options);
    } finally {
      open -= 1;
    }
  };
  return { client: { ...fleet, events }, most: () => most };
}

const begun = (childRunId: string): Fact => ({
  ...{ type: "fanout.item_started", address: "b.1", itemId: childRunId, childRunId },
});

test("what runs below tell is told too, some of them at once and the others in their turn", async () => {
  const family = await openFamily(20);
  const [first = ""] = family.children;
  const told: string[] = [];
  const { client, most } = counting();
  const followed = followFamily(client, family.rootId, ({ type }, of) =>
    told.push(`${of ?? "root"} ${type}`),
  );
  await family.tell(...family.children.map(begun));
  await under.workOn(first);
  await expect.poll(() => told).toContain(`${first} run.completed`);
  for (const id of family.children.slice(1)) await under.workOn(id);
  await expect.poll(() => told.filter((line) => line.endsWith("run.completed"))).toHaveLength(20);
  await family.end();
  await followed;
  expect(told.filter((line) => line.startsWith("root"))).toHaveLength(22);
  expect(most()).toBe(17);
});

test("a run below that has ended before its turn, or never comes, is not waited for", async () => {
  const family = await openFamily(1);
  const [there = ""] = family.children;
  const child = (childRunId: string): Fact => ({
    ...{ type: "child.started", address: "b.1", childRunId, workflow: "greet" },
  });
  const past = Array.from({ length: 30 }, (_, index) => `gone${index}`);
  const ended = (childRunId: string): Fact => ({
    ...{ type: "child.ended", address: "b.1", childRunId, status: "completed" },
  });
  await family.tell(...past.flatMap((id) => [child(id), ended(id)]), child("never"), child(there));
  const told: string[] = [];
  const followed = followFamily(fleet, family.rootId, ({ type }, of) => told.push(`${of ?? "root"} ${type}`));
  await under.workOn(there);
  await expect.poll(() => told).toContain(`${there} run.completed`);
  await family.end();
  await followed;
  expect(told.at(-1)).toBe("root run.completed");
});
