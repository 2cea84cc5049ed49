import type { Lease, LeaseStore, RenewReply } from "@runfleet/model";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./clock.js";
import type { Hold, LeaseKeeper } from "./lease-keeper.js";
import { createLeaseKeeper } from "./lease-keeper.js";

const ttlMs = 1_000;
const renewMs = 300;

/** A lease store whose renewals the test answers. */
function scriptedLeases(answer: (lease: Lease) => Promise<RenewReply>): LeaseStore {
  return {
    acquire: () => Promise.reject(new Error("not used")),
    renew: answer,
    release: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

describe("lease keeper", () => {
  let keeper: LeaseKeeper;
  let lease: Lease;
  let hold: Hold;
  const lost: string[] = [];
  const beats: number[] = [];
  const errors: unknown[] = [];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    hold = "held";
    lost.length = beats.length = errors.length = 0;
  });
  afterEach(() => {
    keeper.stop();
    vi.useRealTimers();
  });

  const watch = (answer: (lease: Lease) => Promise<RenewReply>): void => {
    const onError = (error: unknown) => errors.push(error);
    const leases = scriptedLeases(answer);
    keeper = createLeaseKeeper({ leases, clock: systemClock, ttlMs, renewMs, onError });
    lease = { runId: "run", token: "t", deadlineMonoMs: performance.now() + ttlMs };
    keeper.keep(lease, {
      hold: () => hold,
      onLost: (reason) => lost.push(reason),
      onBeat: () => beats.push(performance.now()),
    });
  };

  it("keeps a lease that is renewed for as long as it is renewed", async () => {
    watch((lease) =>
      Promise.resolve({ tag: "renewed", lease: { ...lease, deadlineMonoMs: performance.now() + ttlMs } }),
    );
    await vi.advanceTimersByTimeAsync(10 * ttlMs);
    expect(lost).toEqual([]);
    expect(beats.length).toBeGreaterThan(20);
    expect(keeper.drop(lease)).toMatchObject({ token: "t" });
  });

  it("tells once when somebody else holds the lease", async () => {
    watch(() => Promise.resolve({ tag: "lost" }));
    await vi.advanceTimersByTimeAsync(3 * ttlMs);
    expect(lost).toEqual(["taken"]);
    expect(keeper.drop(lease)).toBe(lease);
  });

  it("knows a lease that has run out before its next tick, and tells so", () => {
    // A process that was frozen: time has passed, and no timer has fired yet.
    let monotonic = 0;
    const clock = { ...systemClock, monotonic: () => monotonic, every: () => () => undefined };
    const leases = scriptedLeases(() => new Promise(() => undefined));
    keeper = createLeaseKeeper({ leases, clock, ttlMs, renewMs, onError: () => undefined });
    lease = { runId: "run", token: "t", deadlineMonoMs: ttlMs };
    keeper.keep(lease, { hold: () => hold, onLost: (reason) => lost.push(reason), onBeat: () => undefined });
    expect(keeper.holds({ ...lease, token: "of somebody else" })).toBe(false);
    monotonic = ttlMs - 1;
    expect(keeper.holds(lease)).toBe(true);
    monotonic = ttlMs;
    expect([keeper.holds(lease), keeper.holds(lease)]).toEqual([false, false]);
    expect(lost).toEqual(["overdue"]);
  });

  it("gives the lease up at its deadline when renewals never answer", async () => {
    watch(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(ttlMs - 1);
    expect(lost).toEqual([]);
    await vi.advanceTimersByTimeAsync(renewMs / 4 + 1);
    expect(lost).toEqual(["overdue"]);
  });

  it("survives single errors while the deadline allows", async () => {
    let calls = 0;
    watch((lease) => {
      calls += 1;
      if (calls % 2 === 1) return Promise.reject(new Error("hiccup"));
      return Promise.resolve({
        tag: "renewed",
        lease: { ...lease, deadlineMonoMs: performance.now() + ttlMs },
      });
    });
    await vi.advanceTimersByTimeAsync(5 * ttlMs);
    expect(lost).toEqual([]);
    expect(errors.length).toBeGreaterThan(3);
  });

  it("takes a lease that is gone for given back while the write that lets go of the run is under way, and after it", async () => {
    watch(() => Promise.resolve({ tag: "lost" }));
    hold = "leaving";
    await vi.advanceTimersByTimeAsync(2 * renewMs);
    hold = "left";
    await vi.advanceTimersByTimeAsync(3 * ttlMs);
    expect(lost).toEqual([]);
  });

  it("tells that the lease is gone when the run was not left after all", async () => {
    watch(() => Promise.resolve({ tag: "lost" }));
    hold = "leaving";
    await vi.advanceTimersByTimeAsync(2 * renewMs);
    expect(lost).toEqual([]);
    hold = "held";
    await vi.advanceTimersByTimeAsync(2 * renewMs);
    expect(lost).toEqual(["taken"]);
  });

  it("gives a lease up at its deadline while the write that lets go of the run is not answered", async () => {
    watch(() => new Promise(() => undefined));
    hold = "leaving";
    await vi.advanceTimersByTimeAsync(2 * ttlMs);
    expect(lost).toEqual(["overdue"]);
  });

  it("tells nobody about a lease that was dropped", async () => {
    watch(() => Promise.resolve({ tag: "lost" }));
    keeper.drop(lease);
    await vi.advanceTimersByTimeAsync(3 * ttlMs);
    expect(lost).toEqual([]);
  });

  it("tells the earlier holder when the run is taken again, and keeps the later lease when that one leaves", () => {
    watch((held) => Promise.resolve({ tag: "renewed", lease: held }));
    const again = { runId: "run", token: "t2", deadlineMonoMs: performance.now() + ttlMs };
    const later: string[] = [];
    keeper.keep(again, { hold: () => hold, onLost: (reason) => later.push(reason), onBeat: () => {} });
    expect(lost).toHaveLength(1);
    expect(keeper.drop(lease)).toBe(lease);
    expect(later).toEqual([]);
    expect(keeper.drop(again)).toBe(again);
    vi.advanceTimersByTime(2 * ttlMs);
    expect(later).toEqual([]);
  });
});
