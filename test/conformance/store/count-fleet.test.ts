/** How much there is of everything. Both stores, the same numbers. */
import type { Fence, OutboxEntry } from "@runfleet/model";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark } from "./samples.js";
import { describeTwins } from "./twins.js";

const none = { pending: 0, running: 0, waiting: 0, cancelling: 0, completed: 0, failed: 0, cancelled: 0 };

describeTwins("count_fleet", (twin) => {
  test("an empty fleet has nothing, and nothing in it is old", async () => {
    expect(await twin().store.countFleet()).toEqual({
      ...{ runs: none, owned: 0, inLine: 0, openGates: 0, outboxEntries: 0 },
    });
  });

  test("counts runs by status and by owner, gates and the outbox, and says how old the oldest is", async () => {
    const { store, create, activate, clock } = twin();
    await create({ id: "ready" });
    const [silent, lively, parked, ended] = [
      await activate(await create({ id: "silent" })),
      await activate(await create({ id: "lively" })),
      await activate(await create({ id: "parked" })),
      await activate(await create({ id: "ended" })),
    ];
    await store.finish(sampleFinish(ended.fence));
    const gate = {
      runId: "parked",
      workflow: "w",
      address: "b.0",
      name: "review",
      gateType: "human_approval",
    };
    await store.park(
      samplePark(parked.fence, {
        inboxSeen: 1,
        gatesOpened: [{ ...gate, since: clock.now(), deadline: clock.now() + 60_000 }],
      }),
    );
    const starts = ({ runId }: Fence): OutboxEntry => {
      const command = { type: "startChild", childId: `of ${runId}`, address: "b.0", workflow: "w" } as const;
      return { id: `start ${runId}`, runId, type: "command", command: { ...command, inputs: {} } };
    };
    await store.commit(sampleCommit(silent.fence, { outbox: [starts(silent.fence)] }));
    clock.advance(4_000);
    await store.heartbeat(lively.fence);
    await store.commit(sampleCommit(lively.fence, { outbox: [starts(lively.fence)] }));
    clock.advance(500);
    const counts = await store.countFleet();
    expect(counts).toMatchObject({
      runs: { ...none, pending: 1, running: 2, waiting: 1, completed: 1 },
      ...{ owned: 2, inLine: 0, openGates: 1 },
      ...{ silentOwnerMs: 4_500, oldestGateMs: 4_500, oldestOutboxMs: 4_500 },
    });
    // Two children to start. A run that was created leaves no entry.
    expect(counts.outboxEntries).toBe(2);
    expect(counts).not.toHaveProperty("overdueScheduleMs");
  });

  test("a schedule is overdue from its due time until somebody claims it", async () => {
    const { store, clock } = twin();
    const rule = { everyMs: 60_000, timezone: "UTC" };
    const spec = {
      ...rule,
      workflow: "w",
      inputs: {},
      overlap: "skip",
      catchUpMs: 0,
      catchUp: "latest",
    } as const;
    await store.putSchedule({ name: "nightly", spec, dueAt: clock.now() + 1_000 });
    expect(await store.countFleet()).not.toHaveProperty("overdueScheduleMs");
    clock.advance(3_000);
    expect(await store.countFleet()).toMatchObject({ overdueScheduleMs: 2_000 });
    await store.claimSchedules({ limit: 10, claimMs: 5_000 });
    expect(await store.countFleet()).not.toHaveProperty("overdueScheduleMs");
  });

  test("a run is unattended from when it wants a worker until one has it, or a sweeper has told of it", async () => {
    const { store, create, activate, clock } = twin();
    await create({ id: "A" });
    clock.advance(2_000);
    expect(await store.countFleet()).toMatchObject({ unattendedMs: 2_000 });
    const { fence } = await activate("A");
    expect(await store.countFleet()).not.toHaveProperty("unattendedMs");
    await store.park(samplePark(fence, { inboxSeen: 1 }));
    clock.advance(1_000);
    expect(await store.countFleet()).not.toHaveProperty("unattendedMs");
    await store.requestCancel({ runId: "A", reason: "enough", by: "ann" });
    clock.advance(3_000);
    expect(await store.countFleet()).toMatchObject({ unattendedMs: 3_000 });
    expect(await store.wakeable({ limit: 10 })).toEqual(["A"]);
    expect(await store.countFleet()).not.toHaveProperty("unattendedMs");
    clock.advance(31_000);
    expect(await store.countFleet()).toMatchObject({ unattendedMs: 1_000 });
  });

  test("runs in line are counted", async () => {
    const { store, create, activate } = twin();
    const concurrency = { limit: 1 };
    await activate(await create({ id: "first", concurrency }));
    await create({ id: "second", concurrency });
    expect(await store.countFleet()).toMatchObject({ inLine: 1, owned: 1 });
  });
});
