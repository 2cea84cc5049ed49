/** A client that has started a workflow before starts it from memory, and never an older version than the newest that was answered for. */
import { type Definition, type NewRun, RunfleetError, type RunQueue } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import { createMemoryStore, createSecretBox } from "@runfleet/store";
import { afterAll, describe, expect, inject, test } from "vitest";
import { greet, openClientFleet } from "../../../test/support/client-fleet.js";
import { assembleClient, createClient } from "./create-client.js";
import { askAtOnce } from "./start-newest.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, store, queue } = under;
const other = createClient({ redis: inject("redisUrl"), namespace: under.namespace });
afterAll(async () => {
  await other.close();
  await under.close();
});

const inputs = { whom: "you" };

/** As a workflow of its own name, started twice: from now on this client starts it from memory. */
async function known(name: string, more: Partial<Definition> = {}): Promise<void> {
  await fleet.publish([{ ...greet, name, ...more }]);
  for (const _ of [1, 2]) await fleet.start(name, { inputs });
}

const waiting = async (pool: string): Promise<number> => (await queue.counts(pool)).waiting;

describe("on Redis", () => {
  test("each start has its run and its job", async () => {
    await known("plain", { pool: "plain" });
    const runs = await Promise.all(Array.from({ length: 20 }, () => fleet.start("plain", { inputs })));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(20);
    expect(await waiting("plain")).toBe(22);
    expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([]);
  });

  test("what somebody else has published is what is started next, with no job left of the older one", async () => {
    await known("renewed", { pool: "older" });
    const [version] = await other.publish([{ ...greet, name: "renewed", pool: "newer" }]);
    for (const started of [1, 2]) {
      const { id } = await fleet.start("renewed", { inputs });
      expect(await store.readRun(id)).toMatchObject({ definitionHash: version?.hash, pool: "newer" });
      expect(await waiting("newer")).toBe(started);
    }
    expect(await waiting("older")).toBe(2);
    expect((await store.listRuns({ workflow: "renewed", limit: 10 })).rows).toHaveLength(4);
  });

  test("what the older version would refuse, the newer one takes", async () => {
    await known("eased");
    await other.publish([{ ...greet, name: "eased", inputs: [] }]);
    expect((await fleet.start("eased")).status).toBe("pending");
  });

  test("a rate that is set meanwhile holds back, and so does a limit", async () => {
    await known("slowed", { pool: "slow" });
    await other.setLimit("slowed", { concurrency: 1, rate: { limit: 1, perMs: 3_600_000 } });
    for (const _ of [1, 2, 3]) await fleet.start("slowed", { inputs });
    expect(await queue.counts("slow")).toMatchObject({ waiting: 3, delayed: 2 });
    await known("lined", { pool: "lined" });
    await other.setLimit("lined", { concurrency: 1 });
    for (const _ of [1, 2, 3]) await fleet.start("lined", { inputs });
    expect(await waiting("lined")).toBe(3);
  });

  test("a delay and a key go their own way", async () => {
    await known("own-way", { pool: "own" });
    const [first, again] = [
      await fleet.start("own-way", { inputs, idempotencyKey: "k" }),
      await fleet.start("own-way", { inputs, idempotencyKey: "k" }),
    ];
    expect(again).toMatchObject({ id: first.id, isRepeat: true });
    await fleet.start("own-way", { inputs, delayMs: 60_000 });
    expect(await queue.counts("own")).toMatchObject({ waiting: 3, delayed: 1 });
  });
});

describe("in trouble", () => {
  /** In memory; `creating` may fail, `lines` are what the client says. */
  async function troubled(creating: (run: NewRun) => void, queueOf = (queue: RunQueue) => queue) {
    const now = Date.now;
    const memory = createMemoryStore({ now });
    const createRun = async (run: NewRun) => {
      creating(run);
      return memory.createRun(run);
    };
    const lines: string[] = [];
    let drawn = 0;
    const queue = createMemoryQueue({ now });
    const connections = {
      ...{
        store: { ...memory, createRun },
        queue: queueOf(queue),
        namespace: "rf",
        partitions: 1,
        actor: "me",
      },
      time: { now, monotonic: now, lookAgainMs: 1_000, newRunId: () => `R${++drawn}` },
      secrets: createSecretBox({ namespace: "rf" }),
      ...{ examineRedis: async () => [], memoryUse: () => Promise.reject(new Error("no Redis")) },
      ...{
        log: (line: string) => lines.push(line),
        isReady: () => true,
        closing: new AbortController().signal,
      },
      ...{ targets: new Map(), known: new Map(), underWay: { count: 0 }, close: async () => {} },
    };
    const client = assembleClient(connections);
    await client.publish([greet]);
    await client.start("greet", { inputs });
    return { client, connections, memory, queue, lines };
  }

  test("a start that the server refuses leaves no job, and says what the server said", async () => {
    let isFull = false;
    const { client, queue, lines } = await troubled(() => {
      if (isFull) throw new RunfleetError("redis_unavailable", "OOM command not allowed");
    });
    isFull = true;
    await expect(client.start("greet", { inputs })).rejects.toMatchObject({ code: "redis_unavailable" });
    expect(await queue.counts("default")).toMatchObject({ waiting: 1 });
    expect(lines).toEqual([]);
  });

  test("a job that cannot be added is a matter of a worker: the run is there", async () => {
    let isAway = false;
    const { client, memory, lines } = await troubled(
      () => {},
      (queue) => ({
        ...queue,
        add: (job) => (isAway ? Promise.reject(new Error("queue is away")) : queue.add(job)),
      }),
    );
    isAway = true;
    const { id } = await client.start("greet", { inputs });
    expect(await memory.readRun(id)).toMatchObject({ status: "pending" });
    expect(lines).toEqual([expect.stringMatching(/stored but could not be queued now; a worker will do it/)]);
    expect(await memory.dueAt(id)).toBeDefined();
  });

  test("a workflow that is not known, or that refuses its inputs, is left to whoever reads it", async () => {
    const { connections } = await troubled(() => {});
    expect(await askAtOnce(connections, "nobody-wrote-this", {})).toBeUndefined();
    expect(await askAtOnce(connections, "greet", {})).toBeUndefined();
    expect(await askAtOnce(connections, "greet", { inputs })).toMatchObject({ reply: { tag: "created" } });
  });
});
