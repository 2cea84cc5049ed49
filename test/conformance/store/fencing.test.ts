/** A former owner changes nothing: every script a worker writes with is tried with a stale fence. Both stores, the same answers. */
import { readdirSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import type { Activation, RunStore } from "@runfleet/model";
import { createRedisStore } from "@runfleet/store";
import type { Command, Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, samplePark, sampleStep } from "./samples.js";
import { type RedisTwin, readKeys, useRedisTwin } from "./twins.js";

/** Scripts a worker writes a run with, and the call a former owner would make. */
const workerWrites: Readonly<
  Record<string, (store: RunStore, stale: Activation["fence"]) => Promise<{ readonly tag: string }>>
> = {
  commit_run: async (store, fence) => await store.commit(rich(fence)),
  park_run: async (store, fence) => await store.park({ ...samplePark(fence), ...rich(fence), blockedOn: [] }),
  release_run: async (store, fence) => await store.release(rich(fence)),
  finish_run: async (store, fence) =>
    await store.finish({ ...sampleFinish(fence), ...rich(fence), status: "completed" }),
  heartbeat_run: async (store, fence) => await store.heartbeat(fence),
  write_log: async (store, fence) => await store.writeLog({ fence, pieces: [stalePiece] }),
  activate_run: async (store, { runId, nonce }) =>
    await store.activate({ runId, leaseToken: nonce, leaseTtlMs: 60_000, owner: "w1", recoveriesMax: 5 }),
  fail_unowned: async (store, { runId, nonce }) =>
    await store.failUnowned({
      runId,
      leaseToken: nonce,
      error: { code: "x", message: "x" },
      retentionMs: 1_000,
    }),
};

/** Scripts that are nobody's in particular, or do not write runs, and why they need no fence. */
const unfenced: Readonly<Record<string, string>> = {
  create_run: "writes only a run that does not exist",
  create_children: "writes only runs that do not exist",
  append_event: "anybody may tell a run something; the engine decides what it means",
  answer_gate: "decided by the gate being open",
  request_cancel: "anybody may ask; the engine decides",
  terminate_run: "takes the run from its owner, whoever that is",
  retry_run: "writes only a run that has ended, which nobody owns",
  publish_workflows: "definitions are no run's",
  open_layout: "the layout is no run's, and is only ever raised",
  confirm_outbox: "performing an entry twice is harmless, and so is confirming it",
  claim_outbox: "moves only reminders",
  claim_overdue: "moves only reminders",
  claim_wakeable: "moves only reminders",
  claim_sink: "places in the feed are no run's; the one who has a place alone moves it",
  forget_run: "removes only what has ended and whose time is over",
  file_ended: "counts runs that have ended, which nobody owns",
  trim_runs: "removes only runs that have ended, which nobody owns",
  remove_orphan: "removes only a run that has ended, which nobody owns",
  claim_item: "marks only a run that has ended, which nobody owns",
  claim_orphaning: "moves only reminders",
  put_schedule: "schedules are no run's",
  pause_schedule: "schedules are no run's",
  resume_schedule: "schedules are no run's",
  remove_schedule: "schedules are no run's",
  record_firing: "schedules are no run's",
  move_schedule: "schedules are no run's; only the due time at which one stands moves it",
  claim_schedules: "moves only reminders",
  announce_worker: "presence is no run's",
  withdraw_worker: "presence is no run's",
  set_limit: "what operators set is no run's, and who is let in only gets a wake-up",
  let_in: "who is let in only gets a wake-up",
  list_limits: "reads",
  read_permit: "reads",
  count_fleet: "reads",
  list_run_gates: "reads",
  list_silent: "reads",
  list_workers: "reads",
  read_scaling: "reads",
  ready_since: "reads",
  keep_scaling_turn: "the size of a pool is no run's; turns are kept one after the other",
  set_scaling: "what operators set is no run's",
  read_steps: "reads",
};

/** A commit that would leave traces everywhere. */
function rich(fence: Activation["fence"]) {
  return sampleCommit(fence, {
    parts: { set: { core: "stale" }, remove: ["f:b"] },
    steps: [sampleStep({ context: "stale" })],
    facts: [{ type: "run.timed_out" }],
    outbox: [{ id: "stale", runId: fence.runId, type: "enqueue" }],
    outboxDone: [`enqueue:${fence.runId}`],
    inboxSeen: 2,
    gatesOpened: [sampleGate(fence.runId, { address: "b.7" })],
    gatesClosed: ["b.1"],
    usage: { costUsd: 1 },
    log: [stalePiece],
  });
}

const stalePiece = {
  ...{ address: "b.0", name: "plan", attempt: 1, leftOut: 0 },
  lines: [{ at: 1, kind: "stdout" as const, text: "stale" }],
};

const luaFolder = new URL("../../../packages/store/lua/", import.meta.url);
const scripts = readdirSync(luaFolder).flatMap((name) => (name.endsWith(".lua") ? [name.slice(0, -4)] : []));

describe("fencing", () => {
  const twin = useRedisTwin();

  test("every script is either fenced and tried here, or listed with the reason why it is not", () => {
    expect([...Object.keys(workerWrites), ...Object.keys(unfenced)].sort()).toEqual(scripts.sort());
    for (const script of scripts) {
      const text = readFileSync(new URL(`${script}.lua`, luaFolder), "utf8");
      const checksLease = text.includes("redis.call('GET', K.lease)") && text.includes("A.leaseToken");
      expect([script, text.includes("-- include: fenced.lua") || checksLease]).toEqual([
        script,
        script in workerWrites,
      ]);
    }
  });

  describe.each(Object.entries(workerWrites))("%s", (name, write) => {
    test("a former owner's pair changes nothing", async () => {
      const { store, redis, tag } = twin();
      const stale = await overtaken(twin());
      const before = await snapshot(redis, tag);
      const reply = await write(store, stale.fence);
      expect(reply.tag).toBe(name === "activate_run" ? "busy" : "fenced");
      expect(await snapshot(redis, tag)).toEqual(before);
    });

    test("the same number with another nonce changes nothing", async () => {
      const { store, redis, tag } = twin();
      const stale = await overtaken(twin());
      const { generation = 0 } = (await store.readRun(stale.fence.runId)) ?? {};
      const before = await snapshot(redis, tag);
      const reply = await write(store, { ...stale.fence, generation });
      expect(reply.tag).toBe(name === "activate_run" ? "busy" : "fenced");
      expect(await snapshot(redis, tag)).toEqual(before);
    });

    test("without its fence the script would have changed something", async () => {
      const { redis, tag, clock } = twin();
      const stale = await overtaken(twin());
      const before = await snapshot(redis, tag);
      clock.advance(1_000);
      const namespace = tag.slice(1, tag.indexOf(":"));
      const unprotected = createRedisStore({ redis: withoutFence(redis), namespace, now: clock.now });
      const reply = await write(unprotected, stale.fence);
      expect(reply.tag).not.toMatch(/fenced|lost|busy/);
      expect(await snapshot(redis, tag)).not.toEqual(before);
      await unprotected.close();
    });
  });

  test("the same run in a later history, where the number was granted twice, refuses the first holder", async () => {
    const { store, redis, tag, create, activate, clock } = twin();
    const first = await activate(await create());
    const { runId, generation } = first.fence;
    // What a promoted replica looks like that never got the activation.
    await redis.hset(`${tag}:run:${runId}`, "generation", "0", "nonce", "");
    await redis.hdel(`${tag}:run:${runId}`, "owner");
    await redis.del(`${tag}:lease:${runId}`);
    const second = await activate(runId, "w2");
    expect(second.fence.generation).toBe(generation);
    expect(clock.now()).toBe(generation);
    expect(await store.commit(sampleCommit(first.fence))).toEqual({ tag: "fenced" });
    expect(await store.commit(sampleCommit(second.fence))).toMatchObject({ tag: "ok" });
  });
});

/** A run with a bit of everything whose owner was overtaken: gives the former owner's activation. */
async function overtaken({ store, create, activate, takeOver }: RedisTwin): Promise<Activation> {
  const parent = await create({ id: "parent" });
  const first = await activate(await create({ parentId: parent, parentAddress: "b.0", depth: 1 }));
  const { fence } = first;
  await store.commit(
    sampleCommit(fence, {
      parts: { set: { core: "1", "f:b": "1" }, remove: [] },
      steps: [sampleStep()],
      gatesOpened: [sampleGate(fence.runId)],
    }),
  );
  await store.appendEvent({ runId: fence.runId, event: { type: "signalReceived", at: 1, name: "go" } });
  await takeOver(first);
  return first;
}

/** Everything under a prefix, read by type so that every server can answer. */
async function snapshot(redis: Redis, tag: string): Promise<Record<string, unknown>> {
  const readers: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, 999),
    zset: (key) => redis.zrange(key, 0, 999, "WITHSCORES"),
    stream: (key) => redis.xrange(key, "-", "+", "COUNT", 999),
  };
  const all: Record<string, unknown> = {};
  for (const key of await readKeys(redis, tag)) {
    const type = await redis.type(key);
    const read = readers[type];
    if (read === undefined) throw new Error(`${key} is a ${type}`);
    // Leases run out by the server's clock; all other keys of a run that is open stay.
    all[key] = [await read(key), key.includes(":lease:") ? 0 : await redis.pttl(key)];
  }
  return all;
}

/** A connection that runs every script with its refusals taken out: it knows none, so each comes with its source. */
function withoutFence(redis: Redis): Redis {
  const send = (command: Command): unknown => {
    if (command.name === "evalsha") return Promise.reject(new Error("NOSCRIPT"));
    if (command.name !== "eval") return redis.sendCommand(command);
    const [name = "", source = "", ...rest] = wordsOf(String(command.toWritable(new PassThrough())));
    return redis.call(
      name,
      source.replaceAll(/return \{ '(fenced|lost|busy)'.* \}/g, "local _ = 1"),
      ...rest,
    );
  };
  return new Proxy(redis, {
    get: (target, name) => (name === "sendCommand" ? send : (Reflect.get(target, name, target) as unknown)),
  });
}

/** The words of a command as it goes over the wire. */
function wordsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const words: string[] = [];
  for (let at = bytes.indexOf("$"); at >= 0 && at < bytes.length; ) {
    const start = bytes.indexOf("\r\n", at) + 2;
    const end = start + Number(bytes.subarray(at + 1, start - 2));
    words.push(bytes.toString("utf8", start, end));
    at = end + 2;
  }
  return words;
}
