/** Leases: exclusive, expiring, renewed and released by their owner only. Both stores, the same answers. */
import { expect, test } from "vitest";
import { describeTwins } from "./twins.js";

describeTwins("leases", (twin) => {
  test("one holds a lease, others are told when to look again", async () => {
    const { leases } = twin();
    const before = performance.now();
    const held = await leases.acquire("r", 60_000);
    if (held.tag !== "held") throw new Error(held.tag);
    expect(held.lease.runId).toBe("r");
    expect(held.lease.deadlineMonoMs).toBeGreaterThan(before + 59_000);
    expect(held.lease.deadlineMonoMs).toBeLessThanOrEqual(performance.now() + 60_000);
    const busy = await leases.acquire("r", 60_000);
    if (busy.tag !== "busy") throw new Error(busy.tag);
    expect(busy.retryAfterMs).toBeGreaterThan(30_000);
    expect(busy.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(await leases.acquire("other", 60_000)).toMatchObject({ tag: "held" });
  });

  test("a released lease is free; releasing again, or somebody else's, does nothing", async () => {
    const { leases } = twin();
    const first = await leases.acquire("r", 60_000);
    if (first.tag !== "held") throw new Error(first.tag);
    await leases.release(first.lease);
    const second = await leases.acquire("r", 60_000);
    expect(second.tag).toBe("held");
    await leases.release(first.lease);
    expect(await leases.acquire("r", 60_000)).toMatchObject({ tag: "busy" });
  });

  test("a renewed lease lasts longer, one that is another's is lost", async () => {
    const { leases } = twin();
    const first = await leases.acquire("r", 10_000);
    if (first.tag !== "held") throw new Error(first.tag);
    const renewed = await leases.renew(first.lease, 60_000);
    if (renewed.tag !== "renewed") throw new Error(renewed.tag);
    expect(renewed.lease.token).toBe(first.lease.token);
    expect(renewed.lease.deadlineMonoMs).toBeGreaterThan(first.lease.deadlineMonoMs + 40_000);
    await leases.release(renewed.lease);
    expect(await leases.renew(renewed.lease, 1_000)).toEqual({ tag: "lost" });
    await leases.acquire("r", 1_000);
    expect(await leases.renew(renewed.lease, 1_000)).toEqual({ tag: "lost" });
  });

  test("a lease runs out by itself", async () => {
    const { leases, clock } = twin();
    const first = await leases.acquire("r", 300);
    clock.advance(300);
    await expect.poll(async () => (await leases.acquire("r", 30_000)).tag).toBe("held");
    if (first.tag === "held") expect(await leases.renew(first.lease, 1_000)).toEqual({ tag: "lost" });
  });

  test("of many who ask at once exactly one gets it", async () => {
    const { leases } = twin();
    const replies = await Promise.all(Array.from({ length: 30 }, () => leases.acquire("r", 60_000)));
    expect(replies.filter((reply) => reply.tag === "held")).toHaveLength(1);
    await leases.close();
  });
});
