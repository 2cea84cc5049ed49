/** Rules out of a configuration, and rounds over a store in memory. */
import { limits } from "@runfleet/model";
import { createMemoryLeases, createMemoryStore } from "@runfleet/store";
import { describe, expect, it } from "vitest";
import { sampleFinish, sampleRun } from "../../../test/conformance/store/samples.js";
import { systemClock } from "./clock.js";
import type { Retention } from "./config.js";
import { keepRetention } from "./retention.js";
import { createRetentionRules } from "./retention-rules.js";

describe("retention rules", () => {
  it("are ours where nothing is said", () => {
    const { ageMs, bounds, sinkWaitMs } = createRetentionRules();
    expect(ageMs({ workflow: "w", status: "completed" })).toBe(limits.endedRunKeptMs);
    expect(ageMs({ workflow: "w", status: "failed" })).toBe(limits.failedRunKeptMs);
    expect(bounds("w")).toEqual({
      countMax: limits.endedRunsKeptMax,
      bytesMax: limits.endedRunsBytesMax,
    });
    expect(sinkWaitMs).toBe(limits.sinkWaitMs);
  });

  it("of a workflow come before the general ones, member by member", () => {
    const { ageMs, bounds } = createRetentionRules({
      default: { ageMs: { completed: 1 }, count: 2 },
      workflows: { w: { bytes: 3, ageMs: { failed: 4 } }, v: { ageMs: 5 } },
    });
    expect(bounds("w")).toEqual({ countMax: 2, bytesMax: 3 });
    expect(bounds("toString")).toMatchObject({ countMax: 2 });
    const ages = (workflow: string) =>
      (["completed", "failed", "cancelled"] as const).map((status) => ageMs({ workflow, status }));
    expect(ages("w")).toEqual([1, 4, limits.endedRunKeptMs]);
    expect(ages("v")).toEqual([5, 5, 5]);
  });

  it.each<[Retention, string]>([
    [{ default: { count: 0 } }, "retention.default.count must be a whole number above 0, not 0"],
    [{ workflows: { w: { bytes: 0.5 } } }, 'retention.workflows["w"].bytes'],
    [{ default: { ageMs: { failed: -1 } } }, "retention.default.ageMs.failed"],
    [{ sinkWaitMs: Number.NaN }, "retention.sinkWaitMs"],
  ])("refuse %j", (retention, message) => {
    expect(() => createRetentionRules(retention)).toThrow(message);
  });
});

const said: string[] = [];
const log = {
  info: () => undefined,
  debug: () => undefined,
  warn: (message: string) => void said.push(message),
  error: (message: string) => void said.push(message),
};

/** A keeper of two runs per workflow on a store with `ended` ended runs, with a clock that stands. */
async function keeper(ended: number, sinks: readonly string[] = []) {
  said.length = 0;
  let now = 1_000;
  const store = createMemoryStore({ now: () => now });
  const leases = createMemoryLeases({ now: () => now, store });
  for (let count = 0; count < ended; count += 1) {
    now += 1;
    const run = sampleRun({ createdAt: now });
    await store.createRun(run);
    const acquired = await leases.acquire(run.id, 1_000);
    const leaseToken = acquired.tag === "held" ? acquired.lease.token : "";
    const opened = await store.activate({ runId: run.id, leaseToken, owner: "w", recoveriesMax: 5 });
    if (opened.tag !== "activated") throw new Error(opened.tag);
    await store.finish(sampleFinish(opened.activation.fence, { retentionMs: 1e9 }));
  }
  const rules = createRetentionRules({ default: { count: 2 }, sinkWaitMs: 5_000 });
  const kept = keepRetention({
    ...{ store, rules, sinks, log, clock: systemClock, random: () => 0, intervalMs: 1e6 },
  });
  kept.stop();
  const left = async () => (await store.listRuns({ limit: 100 })).rows.length;
  const wait = (ms: number): void => {
    now += ms;
  };
  return { round: kept.round, left, wait };
}

describe("a round of retention", () => {
  it("counts what has ended and removes what is too much", async () => {
    const { round, left } = await keeper(5);
    expect(await round()).toBe(false);
    expect(await left()).toBe(2);
    expect(said).toEqual([]);
  });

  it("does a bounded part of a large backlog and says that there is more", async () => {
    const { round, left } = await keeper(2_100);
    expect(await round()).toBe(true);
    expect(await left()).toBeGreaterThan(2);
    expect(await round()).toBe(false);
    expect(await left()).toBe(2);
  });

  it("waits for a sink and says so once, then removes the runs and says that too", async () => {
    const { round, left, wait } = await keeper(5, ["archive"]);
    await round();
    await round();
    expect(await left()).toBe(5);
    expect(said).toEqual(["ended runs stay, since a sink has not taken their events yet"]);
    wait(5_000);
    await round();
    expect(await left()).toBe(2);
    expect(said[1]).toBe("runs were removed before every sink had their events");
  });
});
