import type {
  Definition,
  Disposition,
  NewRun,
  OutboxEntry,
  QueueJob,
  RunRecord,
  StartChild,
} from "@runfleet/model";
import { zeroTotals } from "@runfleet/model";
import { createMemoryQueue, type MemoryQueue } from "@runfleet/queue";
import { createMemoryLeases, createMemoryStore, createSecretBox, definitionHash } from "@runfleet/store";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { silentLog } from "../../../test/support/silent-log.js";
import { systemClock } from "./clock.js";
import { createDefinitions } from "./definitions.js";
import { type OutboxPorts, performEntries, performEntry, wake, wakeParent } from "./outbox.js";
import { createSweeper } from "./sweeper.js";

const sweeping = {
  silentMs: 10_000,
  intervalMs: 60_000,
  log: silentLog,
  clock: systemClock,
  random: () => 0,
};
let clock = 1_800_000_000_000;
const now = (): number => clock;
const secrets = createSecretBox({ namespace: "rf", keys: `k:${Buffer.alloc(32, 1).toString("base64")}` });
let store: ReturnType<typeof createMemoryStore>;
let queue: MemoryQueue;
let ports: OutboxPorts;
let added: QueueJob[];

const leaf: Definition = {
  ...{ name: "leaf", description: "", trigger: "manual", targets: [], body: [], always: [] },
  inputs: [
    { name: "n", type: "string", required: true },
    { name: "mode", type: "string", required: false, default: "full" },
  ],
};

beforeEach(async () => {
  store = createMemoryStore({ now });
  const memory = createMemoryQueue({ now });
  added = [];
  const add = async (job: QueueJob): Promise<void> => {
    added.push(job);
    await memory.add(job);
  };
  queue = { ...memory, add };
  ports = { store, queue, definitions: createDefinitions(store), secrets, now, namespace: "rf" };
  const json = JSON.stringify(leaf);
  await store.publish([{ name: "leaf", hash: definitionHash(json), json }]);
});

async function createParent(): Promise<RunRecord> {
  const run: NewRun = {
    ...{ id: "PARENT", workflow: "fan", definitionHash: "h", rootId: "PARENT", depth: 0, inputs: {} },
    ...{ dryRun: true, failFast: true, stepTimeoutMs: 1_000, pluginDirs: [], triggeredByHook: false },
    ...{ pool: "default", createdAt: now() },
    label: "family",
  };
  await store.createRun(run);
  const record = await store.readRun(run.id);
  if (record === undefined) throw new Error("the parent is gone");
  return record;
}

function start(inputs: Record<string, string>, workflow = "leaf", childId = "CHILD"): OutboxEntry {
  const command: StartChild = { type: "startChild", childId, address: "b.0", workflow, inputs };
  return { id: "e1", runId: "PARENT", type: "command", command };
}

/** The parent's owner asks for it, in a commit. */
async function asked(entry: OutboxEntry): Promise<OutboxEntry> {
  const { lease } = await held("PARENT");
  const request = { runId: "PARENT", leaseToken: lease.token, owner: "w", recoveriesMax: 5 };
  const reply = await store.activate(request);
  if (reply.tag !== "activated") throw new Error(reply.tag);
  const { fence } = reply.activation;
  await store.commit({
    ...{ fence, commitId: entry.id, parts: { set: {}, remove: [] }, steps: [], facts: [], outbox: [entry] },
    ...{
      inboxSeen: 0,
      status: "running",
      totals: zeroTotals(),
      gatesOpened: [],
      gatesClosed: [],
      outboxDone: [],
    },
  });
  await createMemoryLeases({ now, store }).release(lease);
  return entry;
}

describe("starting a child", () => {
  it("creates it with the parent's family, its own defaults, and a linked job", async () => {
    const parent = await createParent();
    const entry = await asked(start({ n: "1" }));
    expect(await performEntry(entry, ports, parent)).toEqual([]);
    expect(await store.readRun("CHILD")).toMatchObject({
      ...{
        parentId: "PARENT",
        parentAddress: "b.0",
        rootId: "PARENT",
        depth: 1,
        dryRun: true,
        label: "family",
      },
      inputs: { n: "1", mode: "full" },
    });
    expect(added).toMatchObject([{ runId: "CHILD", workflow: "leaf", parentRunId: "PARENT" }]);
  });

  it("goes to the pool that its workflow names, linked to its parent in the parent's own", async () => {
    const json = JSON.stringify({ ...leaf, pool: "gpu" });
    await store.publish([{ name: "leaf", hash: definitionHash(json), json }]);
    const parent = await createParent();
    await performEntry(await asked(start({ n: "1" })), ports, parent);
    expect(await store.readRun("CHILD")).toMatchObject({ pool: "gpu", parentPool: "default" });
    expect(added).toMatchObject([{ runId: "CHILD", pool: "gpu", parentPool: "default" }]);
  });

  it("is one child however often it is performed", async () => {
    const parent = await createParent();
    const entry = await asked(start({ n: "1" }));
    await performEntry(entry, ports, parent);
    expect(await performEntry(entry, ports)).toEqual([]);
    expect((await store.listChildren({ runId: "PARENT", limit: 10 })).rows).toEqual(["CHILD"]);
  });

  it("is none that nobody asked for in this history of the store", async () => {
    const parent = await createParent();
    expect(await performEntry(start({ n: "1" }), ports, parent)).toEqual([]);
    expect(await store.readRun("CHILD")).toBeUndefined();
    expect(added).toEqual([]);
  });

  it.each([
    ["an input is missing", start({}), { code: "invalid_input", message: 'workflow "leaf" needs input n' }],
    ["the workflow is not published", start({}, "gone"), { code: "workflow_not_found" }],
  ])("that can never start because %s fails in the eyes of its parent", async (_, entry, error) => {
    const parent = await createParent();
    expect(await performEntry(await asked(entry), ports, parent)).toEqual([]);
    expect(await store.readRun("CHILD")).toBeUndefined();
    const { lease } = await held("PARENT");
    const reply = await store.activate({
      runId: "PARENT",
      leaseToken: lease.token,
      owner: "w",
      recoveriesMax: 5,
    });
    const events = reply.tag === "activated" ? reply.activation.inbox.map((unread) => unread.event) : [];
    expect(events).toMatchObject([
      { type: "started" },
      { type: "childFinished", childId: "CHILD", result: { status: "failed", error } },
    ]);
  });
});

async function held(runId: string) {
  const acquired = await createMemoryLeases({ now, store }).acquire(runId, 10_000);
  if (acquired.tag !== "held") throw new Error("busy");
  return acquired;
}

describe("other entries", () => {
  const command = { type: "cancelChild", childId: "CHILD", reason: "enough" } as const;
  const cancel: OutboxEntry = { id: "e2", runId: "PARENT", type: "command", command };
  it("cancel a child with the parent's reason and wake it", async () => {
    const parent = await createParent();
    await performEntry(await asked(start({ n: "1" })), ports, parent);
    const { token: leaseToken } = (await held("CHILD")).lease;
    await store.activate({ runId: "CHILD", leaseToken, owner: "w1", recoveriesMax: 5 });
    expect(await performEntry(cancel, ports, parent)).toEqual([]);
    expect(await store.readRun("CHILD")).toMatchObject({
      status: "cancelling",
      cancel: { reason: "enough", by: "run PARENT" },
    });
  });

  it("cancel a child that nobody has taken: it ends, its job goes, and its parent is woken", async () => {
    const parent = await createParent();
    await performEntry(await asked(start({ n: "1" })), ports, parent);
    expect(await queue.counts("default")).toMatchObject({ waiting: 1 });
    const wakes = vi.spyOn(queue, "wake");
    expect(await performEntry(cancel, ports, parent)).toEqual(["wake-parent:CHILD"]);
    expect(await store.readRun("CHILD")).toMatchObject({ status: "cancelled", cancel: { reason: "enough" } });
    expect(wakes.mock.calls).toEqual([["PARENT", "default", {}]]);
    expect(added.at(-1)?.runId).toBe("PARENT");
    expect((await queue.counts("default")).waiting).toBe(1);
  });

  it("keep the cancel of a child that is not there yet, until its parent has ended", async () => {
    const parent = await createParent();
    expect(await performEntry(cancel, ports, parent)).toEqual([]);
    await performEntry(await asked(start({ n: "1" })), ports, parent);
    await performEntry(cancel, ports, parent);
    expect(await store.readRun("CHILD")).toMatchObject({ status: "cancelled" });
    const { lease } = await held("PARENT");
    const error = { code: "crash_loop", message: "x" };
    await store.failUnowned({ runId: "PARENT", leaseToken: lease.token, error, retentionMs: 1_000 });
    const late = { ...cancel, id: "e3", command: { ...command, childId: "OTHER" } };
    expect(await performEntry(late, ports, parent)).toEqual(["e3"]);
  });

  it("cancel every child of a run that was terminated, and leave those that have ended", async () => {
    const parent = await createParent();
    await performEntry(await asked(start({ n: "1" })), ports, parent);
    await performEntry(await asked({ ...start({ n: "2" }, "leaf", "ENDED"), id: "e2" }), ports, parent);
    await store.terminateRun({ runId: "ENDED", by: "ann" });
    const orphans = { id: "e3", runId: "PARENT", type: "cancelChildren", reason: "terminated" } as const;
    expect(await performEntry(orphans, ports)).toEqual(["e3"]);
    expect(await store.readRun("CHILD")).toMatchObject({
      status: "cancelled",
      cancel: { reason: "terminated", by: "run PARENT" },
    });
    expect(await queue.counts("default")).toMatchObject({ waiting: 1 });
    expect(await store.readRun("ENDED")).toMatchObject({ cancel: { by: "ann" } });
  });

  it("wake the parked job of a run that was terminated by somebody who died", async () => {
    await createParent();
    await queue.add({ runId: "PARENT", workflow: "fan", pool: "default", delayMs: 3_600_000 });
    await store.terminateRun({ runId: "PARENT", by: "ann" });
    await performEntry({ id: "e3", runId: "PARENT", type: "cancelChildren", reason: "terminated" }, ports);
    expect(await queue.counts("default")).toMatchObject({ waiting: 1, delayed: 0 });
  });

  it("put a run that lost its job back into the queue instead of waking nothing", async () => {
    await createParent();
    await wake("PARENT", "default", ports);
    expect(added).toMatchObject([{ runId: "PARENT", workflow: "fan" }]);
  });

  it("of a run that is gone, or has ended, are done", async () => {
    await createParent();
    await store.requestCancel({ runId: "PARENT", reason: "enough", by: "ann" });
    for (const runId of ["GONE", "PARENT"])
      expect(await performEntry({ id: "e3", runId, type: "enqueue" }, ports)).toEqual(["e3"]);
    expect(added).toEqual([]);
  });

  it("that fail are left out of what is done and reported", async () => {
    const parent = await createParent();
    const errors: unknown[] = [];
    const broken: OutboxPorts = {
      ...ports,
      queue: { ...queue, add: () => Promise.reject(new Error("queue is away")) },
    };
    const options = { ports: broken, known: parent, onError: (error: unknown) => errors.push(error) };
    expect(await performEntries([await asked(start({ n: "1" }))], options)).toEqual([]);
    expect(String(errors[0])).toContain("queue is away");
    expect(await wakeParent({ ...parent, parentId: "OTHER" }, options)).toEqual(["wake-parent:PARENT"]);
  });
});

describe("sweep", () => {
  it("gives a run its job that its producer did not, and comes back to one that it could not", async () => {
    await createParent();
    const failing: OutboxPorts = {
      ...ports,
      store: { ...store, readRun: () => Promise.reject(new Error("away")) },
    };
    const broken = createSweeper({ ...sweeping, ports: failing });
    await broken.sweep();
    broken.stop();
    expect(added).toEqual([]);
    // A run that was told is told again after this.
    clock += 30_000;
    const sweeper = createSweeper({ ...sweeping, ports });
    expect(await sweeper.sweep()).toBeGreaterThan(0);
    sweeper.stop();
    expect(added).toMatchObject([{ runId: "PARENT" }]);
  });

  it("hands out the completed job of a run that a failover opened again", async () => {
    await createParent();
    let looks = 0;
    const handle = async (): Promise<Disposition> => {
      looks += 1;
      return { type: "ended", status: "completed" };
    };
    await queue.add({ runId: "PARENT", workflow: "fan", pool: "default" });
    const consumer = await queue.consume({ pool: "default", concurrency: 1, onError: () => {}, handle });
    await expect.poll(async () => (await queue.counts("default")).completed).toBe(1);
    const sweeper = createSweeper({ ...sweeping, ports });
    clock += 6_000;
    await sweeper.sweep();
    sweeper.stop();
    await expect.poll(() => looks).toBeGreaterThan(1);
    await consumer.close();
  });
});
