import { afterAll, describe, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, queue } = under;
afterAll(() => under.close());

const source = `workflow load {
  meta { concurrency { key = "{{tenant}}" limit = 1 } rate { limit = 1000 per = "1s" burst = 100 } }
  inputs { tenant required }
}`;
await fleet.publish([{ source }, { source: "workflow free {}" }]);
const start = (tenant: string) => fleet.start("load", { inputs: { tenant } });
const ready = async (): Promise<number> => (await queue.counts("default")).waiting;

describe("a workflow with a limit for each tenant", () => {
  test("queues what may be worked on and keeps the rest in line, and says why", async () => {
    const first = await start("acme");
    const second = await start("acme");
    await start("umbrella");
    expect(await ready()).toBe(2);
    const { blockedOn, concurrency, rate, status } = await second.get();
    expect({ status, concurrency }).toEqual({ status: "pending", concurrency: { key: "acme", limit: 1 } });
    expect(rate).toEqual({ limit: 1000, perMs: 1_000, burst: 100 });
    expect(blockedOn).toMatchObject([
      { type: "limit", workflow: "load", key: "acme", since: expect.any(String) },
    ]);
    expect(await fleet.explain(second.id)).toMatchObject({
      cause: "limit",
      sentence: `it waits for its turn: 1 runs of workflow "load" with key "acme" may be worked on at once, 1 are (${first.id}), and 0 come before it`,
    });
  });

  test("lets more in when an operator allows it, and the queue has them at once", async () => {
    const more = await Promise.all(Array.from({ length: 60 }, () => start("acme")));
    await fleet.setLimit("load", { perKey: 50, rate: { limit: 9, perMs: 1_000 } });
    expect(await ready()).toBe(51);
    const { set, scopes } = await fleet.limits();
    expect(set).toEqual([
      { workflow: "load", concurrency: null, perKey: 50, rate: { limit: 9, perMs: 1_000, burst: 1 } },
    ]);
    expect(scopes).toContainEqual({ workflow: "load", key: "acme", limit: 50, held: 50, waiting: 12 });
    expect(await under.store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([]);
    expect(await fleet.removeLimit("load")).toBe(true);
    expect(await fleet.removeLimit("load")).toBe(false);
    await fleet.cancel(more[59]?.id ?? "");
    expect((await fleet.limits()).scopes).toContainEqual(
      expect.objectContaining({ key: "acme", waiting: 11 }),
    );
  });

  test("a terminated run lets the next one in, which is woken", async () => {
    const first = await start("hooli");
    const second = await start("hooli");
    await first.terminate();
    expect(await fleet.explain(second.id)).not.toMatchObject({ cause: "limit" });
    expect(await under.store.outboxPending({ olderThanMs: 0, limit: 10 })).not.toContainEqual(
      expect.objectContaining({ targetId: second.id }),
    );
  });

  test("a newer version with a higher limit lets in all it has room for with its first start, at once", async () => {
    const version = (limit: number) =>
      `workflow wide { meta { concurrency { limit = ${limit} } } call step }`;
    await fleet.publish([{ source: version(1) }]);
    const before = await ready();
    for (let count = 0; count < 60; count += 1) await fleet.start("wide");
    expect(await ready()).toBe(before + 1);
    await fleet.publish([{ source: version(50) }]);
    await fleet.start("wide");
    expect(await ready()).toBe(before + 50);
    await fleet.publish([{ source: version(55) }]);
    await fleet.startMany([{ workflow: "wide" }]);
    expect(await ready()).toBe(before + 55);
    const { scopes } = await fleet.limits();
    expect(scopes).toContainEqual({ workflow: "wide", key: null, limit: 55, held: 55, waiting: 7 });
    const unperformed = await under.store.outboxPending({ olderThanMs: 0, limit: 100 });
    expect(unperformed.filter(({ type }) => type !== "cancelChildren")).toEqual([]);
  });

  test("a start may bring limits of its own", async () => {
    const limit = {
      concurrency: { key: "x{{tenant}}", limit: 2 },
      rate: { key: "k", limit: 1, perMs: 60_000 },
    };
    const run = await fleet.start("load", { inputs: { tenant: "y" }, ...limit });
    expect(await run.get()).toMatchObject({ concurrency: { key: "xy", limit: 2 }, rate: { key: "k" } });
    await fleet.start("load", { inputs: { tenant: "y" }, ...limit });
    expect((await queue.counts("default")).delayed).toBe(1);
  });
});

test.each([
  ["nothing to set", () => fleet.setLimit("load", {}), "invalid_usage"],
  ["a negative limit", () => fleet.setLimit("load", { concurrency: -1 }), "invalid_usage"],
  ["a rate of nothing", () => fleet.setLimit("load", { rate: { limit: 0, perMs: 1 } }), "invalid_usage"],
  ["a rate in no time", () => fleet.setLimit("load", { rate: { limit: 1, perMs: 0 } }), "invalid_usage"],
  ["a name no workflow has", () => fleet.setLimit("a b", { perKey: 1 }), "invalid_usage"],
  ["a start with a limit of 0", () => fleet.start("free", { concurrency: { limit: 0 } }), "invalid_usage"],
  [
    "a total without a key",
    () => fleet.start("free", { concurrency: { limit: 1, total: 2 } }),
    "invalid_usage",
  ],
  ["an empty key", () => fleet.start("free", { rate: { key: "", limit: 1, perMs: 1 } }), "invalid_usage"],
  ["a key that is filled in too long", () => start("t".repeat(257)), "too_large"],
] as const)("%s is refused, and nothing is written", async (_what, call, code) => {
  const before = await under.keys();
  await expect(call()).rejects.toMatchObject({ code });
  expect(await under.keys()).toEqual(before);
});
