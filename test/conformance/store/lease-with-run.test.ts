/**
 * A lease that lies with its run is taken by the activation and goes back with the last write: no request of its own. Both stores,
 * the same answers.
 */
import type { ActivateReply, Fence, Lease } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { createWaiting, perTenant } from "./limited-runs.js";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

const leaseTtlMs = 60_000;

function draw({ leases }: Twin, runId: string): Lease {
  if (leases.draw === undefined) throw new Error("these leases cannot be drawn");
  return leases.draw(runId, leaseTtlMs);
}

function take({ store }: Twin, { runId, token }: Lease, limit = {}): Promise<ActivateReply> {
  return store.activate({ runId, leaseToken: token, leaseTtlMs, owner: "w1", recoveriesMax: 5, ...limit });
}

function fenceOf(reply: ActivateReply) {
  if (reply.tag !== "activated") throw new Error(reply.tag);
  return { tag: reply.tag, activation: { fence: reply.activation.fence } };
}

async function taken(twin: Twin, runId: string): Promise<Fence> {
  return fenceOf(await take(twin, draw(twin, runId))).activation.fence;
}

/** Whether anybody else could have it. */
async function isFree({ leases }: Twin, runId: string): Promise<boolean> {
  const reply = await leases.acquire(runId, leaseTtlMs);
  if (reply.tag === "busy") return false;
  await leases.release(reply.lease);
  return true;
}

describeTwins("a lease that lies with its run", (twin) => {
  test("is taken with the run, can be renewed, and counts from before the request", async () => {
    const { create, leases } = twin();
    const runId = await create();
    const before = performance.now();
    const lease = draw(twin(), runId);
    expect(lease.deadlineMonoMs).toBeGreaterThan(before + 0.98 * leaseTtlMs);
    expect(lease.deadlineMonoMs).toBeLessThanOrEqual(performance.now() + leaseTtlMs);
    expect(await isFree(twin(), runId)).toBe(true);
    expect(await take(twin(), lease)).toMatchObject({
      tag: "activated",
      activation: { fence: { runId, nonce: lease.token } },
    });
    expect(await isFree(twin(), runId)).toBe(false);
    expect(await leases.renew(lease, leaseTtlMs)).toMatchObject({ tag: "renewed" });
  });

  test("of somebody else refuses the run and tells for how long, and nothing is written", async () => {
    const { store, create, hold } = twin();
    const runId = await create();
    const token = await hold(runId);
    const reply = await take(twin(), draw(twin(), runId));
    if (reply.tag !== "busy") throw new Error(reply.tag);
    expect(reply.retryAfterMs).toBeGreaterThan(leaseTtlMs / 2);
    expect(reply.retryAfterMs).toBeLessThanOrEqual(leaseTtlMs);
    expect(await store.readRun(runId)).toMatchObject({ status: "pending", generation: 0 });
    const own = { runId, leaseToken: token, owner: "w2", recoveriesMax: 5 };
    expect(await store.activate(own)).toMatchObject({ tag: "activated" });
  });

  test("that its worker had acquired before is left as it is", async () => {
    const { create, hold } = twin();
    const runId = await create();
    const lease = { runId, token: await hold(runId), deadlineMonoMs: 0 };
    expect(await take(twin(), lease)).toMatchObject({ tag: "activated" });
    expect(await isFree(twin(), runId)).toBe(false);
  });

  test("is taken once when the answer is lost and the worker asks again", async () => {
    const { store, create } = twin();
    const runId = await create();
    const lease = draw(twin(), runId);
    const given = await take(twin(), lease);
    expect(await take(twin(), lease)).toMatchObject(fenceOf(given));
    expect(await store.readHistory({ runId, limit: 10 })).toHaveLength(1);
    expect(await isFree(twin(), runId)).toBe(false);
  });

  test("is taken anew by a repeat when it has run out meanwhile", async () => {
    const { create, leases } = twin();
    const runId = await create();
    const lease = draw(twin(), runId);
    const given = await take(twin(), lease);
    await leases.release(lease);
    expect(await take(twin(), lease)).toMatchObject(fenceOf(given));
    expect(await isFree(twin(), runId)).toBe(false);
  });

  test("is not taken with a run that is gone, has ended, is a suspect or waits for a permit", async () => {
    const { store, create, activate, leases } = twin();
    expect(await take(twin(), draw(twin(), "gone"))).toEqual({ tag: "not_found" });
    expect(await isFree(twin(), "gone")).toBe(true);

    const ended = await create();
    await store.finish(sampleFinish(await taken(twin(), ended)));
    expect(await take(twin(), draw(twin(), ended))).toEqual({ tag: "ended", status: "completed" });
    expect(await isFree(twin(), ended)).toBe(true);

    const { fence } = await activate(await create());
    await leases.release({ runId: fence.runId, token: fence.nonce, deadlineMonoMs: 0 });
    const suspect = await take(twin(), draw(twin(), fence.runId), { recoveriesAdmitted: 0 });
    expect(suspect).toEqual({ tag: "suspect", recoveries: 1 });
    expect(await isFree(twin(), fence.runId)).toBe(true);

    await taken(twin(), await create(perTenant("acme")));
    const waiting = await createWaiting(twin(), perTenant("acme"));
    expect(await take(twin(), draw(twin(), waiting))).toEqual({ tag: "limited" });
    expect(await isFree(twin(), waiting)).toBe(true);
  });

  test("of a crash loop is taken, for the run to be ended by it, and goes back with that", async () => {
    const { store, create, activate, leases } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    await leases.release({ runId, token: fence.nonce, deadlineMonoMs: 0 });
    const lease = draw(twin(), runId);
    expect(await take(twin(), lease, { recoveriesMax: 0 })).toEqual({ tag: "crash_loop", recoveries: 1 });
    expect(await isFree(twin(), runId)).toBe(false);
    const ending = {
      ...{ runId, leaseToken: lease.token, error: { code: "crash_loop", message: "died" } },
      retentionMs: limits.endedRunKeptMs,
    };
    expect(await store.failUnowned(ending)).toEqual({ tag: "finished" });
    expect(await isFree(twin(), runId)).toBe(true);
    expect(await store.failUnowned(ending)).toEqual({ tag: "duplicate" });
  });

  test("goes back with the write after which nobody owns the run, and with no other", async () => {
    const { store, create } = twin();
    const runId = await create();
    const first = await taken(twin(), runId);
    await store.commit(sampleCommit(first, { inboxSeen: 1 }));
    await store.appendEvent({ runId, event: { type: "signalReceived", at: 1, name: "go" } });
    expect(await store.park(samplePark(first, { commitId: "2" }))).toMatchObject({ tag: "wake_now" });
    expect(await isFree(twin(), runId)).toBe(false);
    expect(await store.park(samplePark(first, { commitId: "3", inboxSeen: 2 }))).toEqual({ tag: "parked" });
    expect(await isFree(twin(), runId)).toBe(true);

    expect(await store.release(sampleCommit(await taken(twin(), runId)))).toEqual({ tag: "yielded" });
    expect(await isFree(twin(), runId)).toBe(true);

    expect(await store.finish(sampleFinish(await taken(twin(), runId)))).toEqual({ tag: "finished" });
    expect(await isFree(twin(), runId)).toBe(true);
  });

  test("stays when it is a later owner's: of a run taken over, and of one that is about to be", async () => {
    const { store, create, leases } = twin();
    const lastWrites = [
      (fence: Fence) => store.finish(sampleFinish(fence)),
      (fence: Fence) => store.park(samplePark(fence, { inboxSeen: 1 })),
      (fence: Fence) => store.release(sampleCommit(fence)),
    ];
    for (const write of lastWrites) {
      const runId = await create();
      const stale = await taken(twin(), runId);
      await leases.release({ runId, token: stale.nonce, deadlineMonoMs: 0 });
      await taken(twin(), runId);
      expect(await write(stale)).toEqual({ tag: "fenced" });
      expect(await isFree(twin(), runId)).toBe(false);

      const wanted = await create();
      const last = await taken(twin(), wanted);
      await leases.release({ runId: wanted, token: last.nonce, deadlineMonoMs: 0 });
      expect(await leases.acquire(wanted, leaseTtlMs)).toMatchObject({ tag: "held" });
      expect((await write(last)).tag).toMatch(/finished|parked|yielded/);
      expect(await isFree(twin(), wanted)).toBe(false);
    }
  });
});
