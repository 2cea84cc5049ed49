/** What a sweeper finds: promised work, runs that should be awake, owners that fell silent. Both stores, the same answers. */
import type { WorkerPresence } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("outbox: claim_outbox and confirm_outbox", (twin) => {
  /** An entry that an owner has left; its id. */
  const leave = async (): Promise<string> => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const entry = { id: `wake ${runId}`, runId, type: "wake", targetId: "p", pool: "default" } as const;
    await store.commit(sampleCommit(fence, { outbox: [entry] }));
    return entry.id;
  };

  test("entries are pending from an age on, oldest first, until they are confirmed", async () => {
    const { store, clock } = twin();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      ids.push(await leave());
      clock.advance(1_000);
    }
    const pending = async (olderThanMs: number, limit = 10) =>
      (await store.outboxPending({ olderThanMs, limit })).map((entry) => entry.id);
    expect(await pending(3_001)).toEqual([]);
    expect(await pending(2_000, 1)).toEqual(ids.slice(0, 1));
    expect(await pending(2_000)).toEqual(ids.slice(1, 2));
    await store.outboxDone([]);
    await store.outboxDone([ids[1] ?? "", "unknown"]);
    await store.outboxDone([ids[1] ?? ""]);
    clock.advance(1_000);
    expect(await pending(0)).toEqual([ids[2], ids[0]]);
  });

  test("every entry gets its turn, however many before it are told and never confirmed", async () => {
    const { store, clock } = twin();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) {
      ids.push(await leave());
      clock.advance(1);
    }
    const sweep = async () => {
      const entries = await store.outboxPending({ olderThanMs: 5_000, limit: 2 });
      return entries.map((entry) => entry.id);
    };
    clock.advance(5_000);
    expect(await sweep()).toEqual(ids.slice(0, 2));
    clock.advance(1);
    expect(await sweep()).toEqual(ids.slice(2, 4));
    clock.advance(1);
    expect(await sweep()).toEqual(ids.slice(4));
    expect(await sweep()).toEqual([]);
    clock.advance(4_998);
    expect([...(await sweep())].sort()).toEqual(ids.slice(0, 2).sort());
  });

  test("commands travel through the outbox unchanged", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const command = {
      type: "startChild",
      childId: "c",
      address: "b.0",
      workflow: "w",
      inputs: { a: "1" },
    } as const;
    const entry = { id: "o", runId, type: "command", command } as const;
    await store.commit(sampleCommit(fence, { outbox: [entry] }));
    expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([entry]);
    const other = { ...entry, id: "p" };
    await store.commit(sampleCommit(fence, { outbox: [other], outboxDone: ["o", "p"] }));
    expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([]);
  });
});

describeTwins("claim_wakeable and list_silent", (twin) => {
  test("each run that wants to be looked at is told once per interval, longest waiting first", async () => {
    const { store, create, clock } = twin();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) {
      ids.push(await create());
      clock.advance(1);
    }
    expect(await store.wakeable({ limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await store.wakeable({ limit: 3 })).toEqual(ids.slice(3));
    expect(await store.wakeable({ limit: 3 })).toEqual([]);
    clock.advance(30_000);
    expect([...(await store.wakeable({ limit: 10 }))].sort()).toEqual([...ids].sort());
  });

  test("the longer the row, the later each is told again: one that was never told comes before", async () => {
    const { store, create, clock } = twin();
    const ids = await Promise.all(Array.from({ length: 1_240 }, () => create()));
    const told = async (): Promise<string[]> => {
      const pages: string[] = [];
      for (let page = await store.wakeable({ limit: 200 }); page.length > 0; ) {
        pages.push(...page);
        page = await store.wakeable({ limit: 200 });
      }
      return pages;
    };
    expect((await told()).sort()).toEqual([...ids].sort());
    clock.advance(30_500);
    const late = await create();
    expect(await told()).toEqual([late]);
    clock.advance(500);
    expect(await told()).toHaveLength(ids.length);
  });

  test("a delayed run is told when its delay is over; an owned one never", async () => {
    const { store, create, activate, clock } = twin();
    const delayed = await create({ delayMs: 1_000 });
    await activate(await create());
    expect(await store.wakeable({ limit: 10 })).toEqual([]);
    clock.advance(1_000);
    expect(await store.wakeable({ limit: 10 })).toEqual([delayed]);
  });

  test("a parked run whose time has come is told once per interval, behind however many others it lies", async () => {
    const { store, create, activate, takeOver, clock } = twin();
    const parkNext = async (until: { readonly until?: number }) => {
      const activation = await activate(await create());
      await store.park({ ...samplePark(activation.fence), ...until });
      clock.advance(1);
      return activation;
    };
    for (let count = 0; count < 40; count++) await parkNext({});
    const parked = await parkNext({ until: clock.now() + 1_000 });
    const due = parked.fence.runId;
    await parkNext({ until: clock.now() + 120_000 });
    const sweeps = async (): Promise<string[]> => {
      const told: string[] = [];
      for (let count = 0; count < 8; count++) told.push(...(await store.wakeable({ limit: 3 })));
      return told;
    };
    expect(await sweeps()).toEqual([]);
    clock.advance(1_000);
    expect(await sweeps()).toEqual([due]);
    expect(await store.dueAt(due)).toBe(clock.now() + 30_000);
    clock.advance(30_000);
    expect(await sweeps()).toEqual([due]);
    await takeOver(parked);
    clock.advance(29_000);
    expect(await sweeps()).toEqual([]);
    expect(await store.dueAt(due)).toBeUndefined();
  });

  test("owners that were not heard of are told, most silent first, until another takes over", async () => {
    const { store, create, activate, takeOver, clock } = twin();
    const first = await activate(await create());
    clock.advance(100);
    const second = await activate(await create());
    clock.advance(100);
    const parked = await activate(await create());
    await store.park(samplePark(parked.fence));
    const silent = async (silentMs: number) => await store.silentOwners({ silentMs, limit: 10 });
    expect(await silent(200)).toEqual([first.fence.runId]);
    expect(await silent(100)).toEqual([first.fence.runId, second.fence.runId]);
    await takeOver(first);
    expect(await silent(100)).toEqual([second.fence.runId]);
    await store.finish(sampleFinish(second.fence));
    expect(await silent(100)).toEqual([]);
  });
});

describeTwins("workers: announce, withdraw, list", (twin) => {
  const worker = (id: string): WorkerPresence => ({
    id,
    pid: 7,
    host: "h",
    pools: ["default"],
    slots: 32,
    busy: 1,
    version: "0.1.0",
    lastSeen: 0,
  });

  test("a worker is listed while it announces itself, with the time the store saw it, and hears that time", async () => {
    const { store, clock } = twin();
    expect(await store.announceWorker(worker("a"))).toBe(clock.now());
    clock.advance(1_000);
    await store.announceWorker({ ...worker("b"), busy: 3 });
    const at = clock.now();
    const b = { ...worker("b"), busy: 3, lastSeen: at };
    expect(await store.listWorkers()).toEqual([{ ...worker("a"), lastSeen: at - 1_000 }, b]);
    clock.advance(59_000);
    expect(await store.listWorkers()).toEqual([b]);
    await store.announceWorker(worker("a"));
    expect((await store.listWorkers()).map(({ id }) => id)).toEqual(["b", "a"]);
    await store.withdrawWorker("a");
    await store.withdrawWorker("never there");
    expect(await store.listWorkers()).toEqual([b]);
  });
});

describeTwins("publish_workflows", (twin) => {
  test("definitions are found by name and by hash; the newest of a name counts", async () => {
    const { store, clock } = twin();
    expect(await store.findWorkflow("a")).toBeUndefined();
    expect(await store.readDefinition("h1")).toBeUndefined();
    await store.publish([]);
    await store.publish([
      { name: "b", hash: "h2", json: '{"b":1}' },
      { name: "a", hash: "h1", json: '{"a":1}' },
    ]);
    clock.advance(5);
    await store.publish([{ name: "a", hash: "h3", json: '{"a":2}' }]);
    const a = { name: "a", hash: "h3", publishedAt: clock.now() };
    const b = { name: "b", hash: "h2", publishedAt: clock.now() - 5 };
    expect(await store.findWorkflow("a")).toEqual(a);
    expect(await store.readDefinition("h1")).toBe('{"a":1}');
    expect(await store.readDefinition("h3")).toBe('{"a":2}');
    expect((await store.listWorkflows({ limit: 10 })).rows).toEqual([a, b]);
    const first = await store.listWorkflows({ limit: 1 });
    expect(first.rows).toEqual([a]);
    expect((await store.listWorkflows({ limit: 1, cursor: first.cursor ?? "" })).rows).toEqual([b]);
  });
});
