/**
 * Cancelling with real processes: what runs hears of it, by the message or without it; what waits ends at once; families
 * and process groups end together; the always blocks run and the reason is kept. How fast it is: `npm run chaos -- --cancel`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@runfleet/client";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { createRandom } from "../../packages/testing/src/simulated/random.js";
import { eventually } from "../support/eventually.js";
import { isAlive } from "../support/is-alive.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";

const workflows = [
  "workflow running { call hang always { call cleanup } }",
  'workflow shell { inputs { pids required } script s { run = "sleep 600 & echo $! >> {{pids}}; echo $$ >> {{pids}}; wait" } }',
  "workflow top { call workflow middle always { call cleanup } }",
  "workflow middle { call workflow bottom always { call cleanup } }",
  "workflow bottom { call hang always { call cleanup } }",
  'workflow at_gate { gate human_approval { prompt = "go on?" } always { call cleanup } }',
  'workflow asleep { sleep nap { for = "1h" } always { call cleanup } }',
  'workflow backing_off { call flaky { retries = 1 retry_delay = "1h" } always { call cleanup } }',
  'workflow fanned { foreach each { over = range filter = { from = "1" to = "3" } workflow = asleep max_parallel = 2 } always { call cleanup } }',
  "workflow busy { call block call last }",
  "workflow instant { call quick }",
];
/** A cancel is heard of by a message, or else within a third of this. */
const leaseTtlMs = 90_000;
/** Far less than a third of the lease, far more than a message needs on a machine with other things to do. */
const byMessageMs = 15_000;

describe("a cancel", () => {
  let fleet: ProcessFleet;
  const reason = "changed my mind";
  beforeAll(async () => {
    fleet = await openProcessFleet({ redisUrl: inject("redisUrl"), leaseTtlMs, graceMs: 300, workflows });
    await fleet.worker();
  });
  afterAll(() => fleet.clear());

  const cancelled = async (id: string) => {
    await fleet.client.cancel(id, { reason });
    const run = await fleet.client.result(id, { timeoutMs: byMessageMs });
    expect(run).toMatchObject({ status: "cancelled", cancel: { reason, by: "tester" } });
    expect(run.error).toMatchObject({ code: "run_cancelled", message: reason });
    return run;
  };
  const cleaned = (id: string) =>
    fleet.ledger({ action: "cleanup", what: "done" }).filter(({ key }) => key.startsWith(id));

  it("reaches a running step by its message, and the always block runs", async () => {
    const { id } = await fleet.client.start("running");
    const { key } = await fleet.noted({ action: "hang" });
    const { steps } = await cancelled(id);
    expect(fleet.ledger({ key, what: "aborted" })).toMatchObject([{ reason: "cancelled" }]);
    expect(steps.map(({ name, status }) => [name, status])).toEqual([
      ["hang", "cancelled"],
      ["cleanup", "completed"],
    ]);
    expect(cleaned(id)).toHaveLength(1);
  });

  it("ends a script with everything it has started", async () => {
    const pids = join(fleet.place.folder, "pids");
    const { id } = await fleet.client.start("shell", { inputs: { pids } });
    const started = await eventually("both processes are there", () => {
      const lines = existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n").map(Number) : [];
      return lines.length === 2 ? lines : undefined;
    });
    expect(started.filter(isAlive)).toEqual(started);
    await cancelled(id);
    await eventually("none of them is left", () => (started.some(isAlive) ? undefined : true));
  });

  it("goes down a family to where the work is done, each with its always block and the reason", async () => {
    const { id } = await fleet.client.start("top");
    const bottom = await eventually("the lowest works", async () => {
      const [row] = (await fleet.client.list({ workflow: "bottom", status: "running" })).runs;
      return row !== undefined && fleet.ledger({ action: "hang" }).some(({ key }) => key.startsWith(row.id))
        ? row
        : undefined;
    });
    await cancelled(id);
    const middle = await fleet.client.get(bottom.parentId ?? "");
    const family = [id, middle.id, bottom.id];
    for (const member of family) {
      const run = await fleet.client.result(member, { timeoutMs: byMessageMs });
      expect(run).toMatchObject({ status: "cancelled", cancel: { reason }, error: { message: reason } });
      expect(cleaned(member)).toHaveLength(1);
    }
  });

  it.each(["at_gate", "asleep", "backing_off", "fanned"])(
    "ends a run at once that is %s",
    async (workflow) => {
      const { id } = await fleet.client.start(workflow);
      await eventually("it is parked", async () =>
        (await fleet.client.get(id)).status === "waiting" ? true : undefined,
      );
      await cancelled(id);
      expect(cleaned(id)).toHaveLength(1);
    },
  );

  it("ends a run with the call that was to begin later: nothing of it was executed, so nothing is cleaned up", async () => {
    const { id } = await fleet.client.start("running", { delayMs: 3_600_000 });
    await fleet.client.cancel(id, { reason });
    expect(await fleet.client.get(id)).toMatchObject({ status: "cancelled", cancel: { reason }, steps: [] });
    expect(cleaned(id)).toEqual([]);
  });

  it("raced with the end has one outcome, which everybody can see", async () => {
    const random = createRandom(11);
    /** How long a run takes depends on the machine: this grows until the cancel comes last now and then. */
    let pauseMsMax = 30;
    const race = async () => {
      const { id } = await fleet.client.start("instant");
      await new Promise((resolve) => setTimeout(resolve, random.below(pauseMsMax)));
      const answer = await fleet.client.cancel(id, { reason }).then(
        () => "accepted",
        (error: { code: string }) => error.code,
      );
      const run = await fleet.client.result(id, { timeoutMs: 30_000 });
      const ends: string[] = [];
      for await (const { type } of fleet.client.events(id, { until: "history" })) {
        if (type === "run.completed" || type === "run.cancelled") ends.push(type);
      }
      return { answer, status: run.status, asked: run.cancel?.reason, ends };
    };
    const outcomes = new Set<string>();
    for (let round = 0; round < 6 || (round < 12 && outcomes.size === 1); round += 1) {
      for (const outcome of await Promise.all(Array.from({ length: 20 }, race)))
        outcomes.add(JSON.stringify(outcome));
      if (outcomes.size === 1) pauseMsMax *= 2;
    }
    const allowed = [
      { answer: "accepted", status: "cancelled", asked: reason, ends: ["run.cancelled"] },
      // The last result was on its way when the cancel came: the run completed, and says that it was asked to stop.
      { answer: "accepted", status: "completed", asked: reason, ends: ["run.completed"] },
      { answer: "run_ended", status: "completed", ends: ["run.completed"] },
    ].map((outcome) => JSON.stringify(outcome));
    expect([...outcomes].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
    expect(outcomes.size).toBeGreaterThan(1);
  });
});

describe("while all slots are taken", () => {
  let fleet: ProcessFleet;
  afterEach(() => fleet.clear());

  it("a cancel ends a queued run with the call, and one that was executed before gets the next slot", async () => {
    const redisUrl = inject("redisUrl");
    fleet = await openProcessFleet({ redisUrl, leaseTtlMs, graceMs: 300, workflows });
    await fleet.faultyWorker({ concurrency: 1 });
    const { client } = fleet;
    const parked = await client.start("at_gate");
    await eventually("it is parked", async () =>
      (await client.get(parked.id)).status === "waiting" ? true : undefined,
    );
    const running = await client.start("running");
    await fleet.noted({ action: "hang" });
    const [first, second] = [await client.start("instant"), await client.start("running")];
    await client.cancel(second.id);
    expect(await client.get(second.id)).toMatchObject({ status: "cancelled", steps: [] });
    await client.cancel(parked.id);
    expect((await client.get(parked.id)).status).toBe("cancelling");
    await client.cancel(running.id);
    expect((await client.result(first.id, { timeoutMs: 30_000 })).status).toBe("completed");
    expect((await client.get(parked.id)).status).toBe("cancelled");
    const done = fleet.ledger({ what: "done" }).map(({ action, key }) => [action, key.split(":")[0]]);
    expect(done).toEqual([
      ["cleanup", running.id],
      ["cleanup", parked.id],
      ["quick", first.id],
    ]);
  });
});

describe("without the message", () => {
  let fleet: ProcessFleet;
  afterEach(() => fleet.clear());
  const open = async (ttlMs: number) => {
    fleet = await openProcessFleet({
      redisUrl: inject("redisUrl"),
      leaseTtlMs: ttlMs,
      graceMs: 300,
      workflows,
    });
  };

  it("a running step hears of a cancel with the next renewal of its lease", async () => {
    await open(3_000);
    await fleet.faultyWorker({ isDeaf: true });
    const { id } = await fleet.client.start("running");
    await fleet.noted({ action: "hang" });
    await fleet.client.cancel(id);
    // Nothing else can tell it: the action neither ends nor writes.
    expect((await fleet.client.result(id, { timeoutMs: 30_000 })).status).toBe("cancelled");
    expect(fleet.ledger({ action: "hang", what: "aborted" })).toHaveLength(1);
  });

  it("terminate ends a run while its worker is blocked, and what that worker brings later changes nothing", async () => {
    await open(30_000);
    const worker = await fleet.faultyWorker({});
    const { id } = await fleet.client.start("busy");
    await fleet.noted({ action: "block" });
    await fleet.client.terminate(id);
    const ended = await fleet.client.get(id);
    expect(ended.status).toBe("cancelled");
    expect(fleet.ledger({ action: "block", what: "done" })).toEqual([]);
    fleet.unblock();
    await fleet.noted({ action: "block", what: "done" });
    const next = await fleet.client.start("instant");
    expect((await fleet.client.result(next.id, { timeoutMs: 30_000 })).status).toBe("completed");
    expect(await fleet.client.get(id)).toEqual(ended);
    expect(fleet.ledger({ action: "last" })).toEqual([]);
    expect(isAlive(worker.pid)).toBe(true);
  });

  it("terminate ends a run that no worker has, and a second one hears that it has ended", async () => {
    await open(3_000);
    const { id } = await fleet.client.start("running");
    const { redisUrl, namespace } = fleet.place;
    const other = createClient({ redis: redisUrl, namespace });
    await fleet.client.terminate(id);
    expect((await other.get(id)).status).toBe("cancelled");
    await expect(other.terminate(id)).rejects.toMatchObject({ code: "run_ended" });
    await other.close();
  });
});
