import { describe, expect, it } from "vitest";
import { judgeRedis, type RedisFacts } from "./redis-findings.js";

const sound: RedisFacts = {
  ...{
    version: "7.0.15",
    role: "master",
    ...{ isMember: false, isAskedAsMember: false, replicas: 0 },
    evictionPolicy: "noeviction",
    appendOnly: "yes",
    appendFsync: "everysec",
  },
  ...{ lastWriteStatus: "ok", usedMemory: 1e6, maxMemory: 0, clients: 5, maxClients: 10_000 },
  ...{ clockAheadMs: 3, roundTripMs: 0.3, layout: { version: 1, oldestWriter: 1, writtenBy: "0.1.0" } },
};

const bad = (facts: Partial<RedisFacts>) =>
  judgeRedis({ ...sound, ...facts })
    .filter(({ status }) => status !== "ok")
    .map(({ check, status }) => `${check} ${status}`);

describe("the settings of a Redis", () => {
  it("that loses nothing are all right", () => {
    expect(bad({})).toEqual([]);
    expect(judgeRedis(sound).map(({ check }) => check)).toHaveLength(11);
  });

  it.each<[string, Partial<RedisFacts>]>([
    ["version problem", { version: "6.0.20" }],
    ["version problem", { version: "5.0.7" }],
    ["role problem", { role: "slave" }],
    ["cluster problem", { isMember: true }],
    ["cluster warning", { isMember: true, isAskedAsMember: true }],
    ["eviction problem", { evictionPolicy: "allkeys-lru" }],
    ["persistence problem", { appendOnly: "no" }],
    ["persistence warning", { appendFsync: "no" }],
    ["writing problem", { lastWriteStatus: "err" }],
    ["memory warning", { usedMemory: 900, maxMemory: 1_000 }],
    ["memory problem", { usedMemory: 1_100, maxMemory: 1_000 }],
    ["clients warning", { clients: 90, maxClients: 100 }],
    ["clock warning", { clockAheadMs: -3_600_000 }],
    ["latency warning", { roundTripMs: 50 }],
    ["layout problem", { layout: { version: 9, oldestWriter: 9, writtenBy: "9.0.0" } }],
  ])("that are a %s are told with a remedy", (expected, facts) => {
    expect(bad(facts)).toEqual([expected]);
    for (const { status, remedy } of judgeRedis({ ...sound, ...facts }))
      expect(remedy === undefined).toBe(status === "ok");
  });

  it("that are just new enough, or within a limit, are all right", () => {
    expect(bad({ version: "6.2.0", usedMemory: 500, maxMemory: 1_000 })).toEqual([]);
    expect(bad({ version: "10.1.0", appendFsync: "always" })).toEqual([]);
    expect(bad({ isMember: true, isAskedAsMember: true, replicas: 1 })).toEqual([]);
    expect(bad({ layout: undefined })).toEqual([]);
  });

  it("that nobody tells are unknown", () => {
    const untold = { version: undefined, role: undefined, evictionPolicy: undefined, appendOnly: undefined };
    const silent = { lastWriteStatus: undefined, usedMemory: undefined, clients: undefined };
    expect(bad({ ...untold, ...silent })).toEqual(
      ["version", "role", "eviction", "persistence", "writing", "memory", "clients"].map(
        (name) => `${name} unknown`,
      ),
    );
  });
});
