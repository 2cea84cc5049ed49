/**
 * Runs one set of cases against both stores: the one on Redis and its twin in memory, each with a clock the test moves
 * and a namespace of its own.
 */
import { randomBytes } from "node:crypto";
import type { Activation, CancelFeed, InboxEvent, LeaseStore, NewRun, RunStore } from "@runfleet/model";
import {
  connectRedis,
  createMemoryLeases,
  createMemoryStore,
  createRedisStore,
  createRedlockLeases,
  partitionTag,
} from "@runfleet/store";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, inject } from "vitest";
import { sampleRun } from "./samples.js";

export interface Clock {
  readonly now: () => number;
  readonly advance: (ms: number) => void;
}

export interface Twin {
  readonly store: RunStore & CancelFeed;
  readonly leases: LeaseStore;
  readonly clock: Clock;
  /** Creates a run; `id` and everything else can be given. */
  readonly create: (run?: Partial<NewRun>) => Promise<string>;
  /** Takes the lease and activates; fails the test when that is refused. */
  readonly activate: (runId: string, owner?: string) => Promise<Activation>;
  /** Takes the lease and gives its token. */
  readonly hold: (runId: string) => Promise<string>;
  /** Puts many equal events into an inbox, past its limit if need be. */
  readonly flood: (
    runId: string,
    events: { readonly event: InboxEvent; readonly count: number },
  ) => Promise<void>;
  /** Another owner takes the run over from one that fell silent. */
  readonly takeOver: (activation: Activation) => Promise<Activation>;
}

/** A connection, the prefix of all keys and a twin on it, for cases that look into Redis itself. */
export interface RedisTwin extends Twin {
  readonly redis: Redis;
  readonly tag: string;
}

const leaseTtlMs = 60_000;

export function createClock(startMs = 10_000): Clock {
  let now = startMs;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** The cases run twice; `twin()` is a fresh one in each. */
export function describeTwins(name: string, cases: (twin: () => Twin) => void): void {
  describe(`${name}, in memory`, () => {
    let twin: Twin | undefined;
    beforeEach(() => {
      const clock = createClock();
      const store = createMemoryStore({ now: clock.now });
      const leases = createMemoryLeases({ now: clock.now, store });
      const flood: Twin["flood"] = async (runId, { event, count }) => {
        for (let sent = 0; sent < count; sent++) await store.appendEvent({ runId, event });
      };
      twin = withActions({ store, leases, clock, flood });
    });
    cases(() => expectPresent(twin));
  });
  describe(`${name}, on Redis`, () => {
    cases(useRedisTwin());
  });
}

/** A fresh twin on Redis for each case of the surrounding `describe`; all its keys are removed afterwards. */
export function useRedisTwin(): () => RedisTwin {
  let twin: RedisTwin | undefined;
  beforeEach(() => {
    twin = openRedisTwin();
  });
  afterEach(async () => {
    if (twin !== undefined) await closeRedisTwin(twin);
  });
  return () => expectPresent(twin);
}

/** Removes all keys of the twin and closes its connections. */
export async function closeRedisTwin(twin: RedisTwin): Promise<void> {
  await twin.store.close();
  const keys = await readKeys(twin.redis, twin.tag);
  if (keys.length > 0) await twin.redis.unlink(keys);
  twin.redis.disconnect();
}

/** For cases that need several; the caller closes it. */
export function openRedisTwin(): RedisTwin {
  const namespace = `t${randomBytes(6).toString("hex")}`;
  const clock = createClock();
  const tag = partitionTag(namespace, 0);
  const redis = connectRedis(inject("redisUrl"), { role: "client", tag });
  const store = createRedisStore({ redis, namespace, now: clock.now });
  const leases = createRedlockLeases({ clients: [redis], runs: "here", namespace });
  // Written directly: the slowest server we support takes minutes for ten thousand scripts.
  const flood: Twin["flood"] = async (runId, { event, count }) => {
    await redis.rpush(`${tag}:run:${runId}:inbox`, ...Array<string>(count).fill(JSON.stringify(event)));
  };
  return { ...withActions({ store, leases, clock, flood }), redis, tag };
}

function withActions(base: Pick<Twin, "store" | "leases" | "clock" | "flood">): Twin {
  const { store, leases, clock } = base;
  const hold = async (runId: string): Promise<string> => {
    const reply = await leases.acquire(runId, leaseTtlMs);
    if (reply.tag !== "held") throw new Error(`the lease of ${runId} is busy`);
    return reply.lease.token;
  };
  const activate = async (runId: string, owner = "w1"): Promise<Activation> => {
    const leaseToken = await hold(runId);
    const reply = await store.activate({ runId, leaseToken, owner, recoveriesMax: 5 });
    if (reply.tag !== "activated") throw new Error(`${runId} cannot be activated: ${reply.tag}`);
    return reply.activation;
  };
  return {
    ...base,
    hold,
    activate,
    create: async (members) => {
      const run = sampleRun({ createdAt: clock.now(), ...members });
      const reply = await store.createRun(run);
      expect(reply.tag).toBe("created");
      return run.id;
    },
    takeOver: async ({ fence }) => {
      await leases.release({ runId: fence.runId, token: fence.nonce, deadlineMonoMs: 0 });
      return await activate(fence.runId, "w2");
    },
  };
}

/** All keys under a prefix, in order. */
export async function readKeys(redis: Redis, tag: string): Promise<string[]> {
  const keys: string[] = [];
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", `${tag}:*`, "COUNT", 1_000);
    keys.push(...found);
    cursor = next;
  } while (cursor !== "0");
  return keys.sort();
}

function expectPresent<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the twin exists only inside a case");
  return value;
}
