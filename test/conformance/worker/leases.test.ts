// The reference's tests of the lease while a run is executed (group AC): real activations on a store in memory, with
// leases that the test steals or breaks. What the stores refuse is in their own suite.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunfleetError } from "@runfleet/model";
import type { AnyAction } from "@runfleet/worker";
import { afterEach, describe, expect, test } from "vitest";
import { call, child, flow, parallel, script } from "../../support/engine/definitions.js";
import { childResult } from "../../support/engine/world.js";
import { eventually } from "../../support/eventually.js";
import { isAlive } from "../../support/is-alive.js";
import { deferred, type OneWorker, openOneWorker } from "../../support/worker/one-worker.js";

let worker: OneWorker;
afterEach(() => worker.close());

const instant: AnyAction = { name: "instant", run: () => Promise.resolve({}) };

/** An action that runs until its signal is aborted, and answers what it was told. */
function patient(name: string) {
  const begun = deferred();
  const told = deferred<unknown>();
  const action: AnyAction = {
    name,
    run({ signal }) {
      begun.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          told.resolve(signal.reason);
          reject(new Error("aborted"));
        });
      });
    },
  };
  return { action, begun: begun.promise, told: told.promise };
}

describe("the lease of a run that is executed", () => {
  test("T-LEASE-04 a run that nobody else wants completes, and nobody owns it then", async () => {
    worker = await openOneWorker({ actions: [instant] });
    const runId = await worker.create(flow([call("instant"), call("instant")]));
    expect(await worker.take(runId)).toMatchObject({ type: "ended", status: "completed" });
    expect(await worker.store.readRun(runId)).not.toHaveProperty("owner");
    expect(await worker.leases.acquire(runId, 60_000)).toMatchObject({ tag: "held" });
  });

  test("T-LEASE-05 a lease that cannot be renewed before its end aborts the work, and nothing is written", async () => {
    const { action, begun, told } = patient("slow");
    let isBroken = false;
    worker = await openOneWorker(
      { actions: [action] },
      {
        leaseTtlMs: 1_500,
        renewMs: 20,
        leases: (real) => ({
          ...real,
          async renew(lease, ttlMs) {
            if (isBroken) throw new RunfleetError("redis_unavailable", "gone");
            return await real.renew(lease, ttlMs);
          },
        }),
      },
    );
    const runId = await worker.create(flow([call("slow"), call("instant")]));
    const taken = worker.take(runId);
    await begun;
    isBroken = true;
    expect(await told).toBe("lease_lost");
    expect(await taken).toMatchObject({ type: "busy" });
    expect(await worker.steps(runId)).toEqual(["slow#1 running"]);
  });

  test("T-LEASE-06 a lease that was stolen while a step ran refuses the step's end", async () => {
    const thief: AnyAction = { name: "thief", run: ({ runId }) => worker.steal(runId).then(() => ({})) };
    worker = await openOneWorker({ actions: [thief, instant] });
    const runId = await worker.create(flow([call("thief"), call("instant")]));
    expect(await worker.take(runId)).toMatchObject({ type: "busy" });
    expect(await worker.steps(runId)).toEqual(["thief#1 running"]);
    expect(await worker.store.readRun(runId)).toMatchObject({ owner: "w2", status: "running" });
  });

  test("T-LEASE-07 a lease is renewed for as long as a step takes", async () => {
    const renewed = deferred();
    let renewals = 0;
    const slow: AnyAction = { name: "slow", run: () => renewed.promise.then(() => ({})) };
    worker = await openOneWorker(
      { actions: [slow] },
      {
        leaseTtlMs: 60_000,
        renewMs: 10,
        leases: (real) => ({
          ...real,
          async renew(lease, ttlMs) {
            const reply = await real.renew(lease, ttlMs);
            if (reply.tag === "renewed")
              expect(reply.lease.deadlineMonoMs).toBeGreaterThan(lease.deadlineMonoMs);
            renewals += 1;
            if (renewals === 3) renewed.resolve();
            return reply;
          },
        }),
      },
    );
    const runId = await worker.create(flow([call("slow")]));
    expect(await worker.take(runId)).toMatchObject({ status: "completed" });
    expect(renewals).toBeGreaterThanOrEqual(3);
  });

  test("T-LEASE-08 a stolen lease is noticed by its renewal: the step is aborted, later ones never begin", async () => {
    const { action, begun, told } = patient("slow");
    let calls = 0;
    const counted: AnyAction = {
      name: "counted",
      run: () => {
        calls += 1;
        return Promise.resolve({});
      },
    };
    worker = await openOneWorker({ actions: [action, counted] }, { leaseTtlMs: 60_000, renewMs: 10 });
    const runId = await worker.create(flow([call("slow"), call("counted"), call("counted")]));
    const taken = worker.take(runId);
    await begun;
    await worker.steal(runId);
    expect(await told).toBe("lease_lost");
    expect(await taken).toMatchObject({ type: "busy" });
    expect(calls).toBe(0);
  });

  test("T-LEASE-09 after many runs no activation and no lease is left", async () => {
    worker = await openOneWorker({ actions: [instant] }, { renewMs: 10 });
    const runIds = await Promise.all(
      Array.from({ length: 20 }, () => worker.create(flow([call("instant")]))),
    );
    const ends = await Promise.all(runIds.map((runId) => worker.take(runId)));
    expect(ends.every((end) => end.type === "ended")).toBe(true);
    expect(worker.activator.busy).toBe(0);
    for (const runId of runIds)
      expect(await worker.leases.acquire(runId, 60_000)).toMatchObject({ tag: "held" });
  });

  test("gap AC: a run that parked is free for the next at once", async () => {
    worker = await openOneWorker({});
    const runId = await worker.create(flow([{ kind: "sleep", name: "nap", for: "2h" }]));
    expect(await worker.take(runId)).toMatchObject({ type: "parked" });
    expect(await worker.take(runId)).toMatchObject({ type: "parked" });
    expect(await worker.store.readRun(runId)).toMatchObject({ recoveries: 0, status: "waiting" });
  });

  test("gap AC: a lost lease aborts every branch", async () => {
    const branches = ["a", "b"].map((name) => patient(name));
    worker = await openOneWorker(
      { actions: branches.map(({ action }) => action) },
      { leaseTtlMs: 60_000, renewMs: 10 },
    );
    const runId = await worker.create(flow([parallel([call("a"), call("b")])]));
    const taken = worker.take(runId);
    await Promise.all(branches.map(({ begun }) => begun));
    await worker.steal(runId);
    expect(await Promise.all(branches.map(({ told }) => told))).toEqual(["lease_lost", "lease_lost"]);
    expect(await taken).toMatchObject({ type: "busy" });
  });

  test("gap AC: a lost lease ends a script", async () => {
    worker = await openOneWorker({}, { leaseTtlMs: 60_000, renewMs: 10 });
    const dir = await mkdtemp(join(tmpdir(), "runfleet-lost-"));
    const run = `echo $$ > '${dir}/new' && mv '${dir}/new' '${dir}/pid' && exec sleep 300`;
    const runId = await worker.create(flow([script("hang", { run })]));
    const taken = worker.take(runId);
    const readPid = () => readFile(join(dir, "pid"), "utf8").then(Number, () => undefined);
    const pid = await eventually("the script runs", readPid);
    await worker.steal(runId);
    expect(await taken).toMatchObject({ type: "busy" });
    expect(await worker.steps(runId)).toEqual(["hang#1 running"]);
    await eventually("the script is gone", () => (isAlive(pid) ? undefined : true));
    await rm(dir, { recursive: true, force: true });
  });

  test("gap AC: what lost its lease while a resolver was asked writes no verdict", async () => {
    worker = await openOneWorker({
      gates: {
        pr_checks: {
          poll: async ({ run }) => {
            await worker.steal(run.id);
            return { verdict: "approved" };
          },
        },
      },
    });
    const gate = { kind: "gate", name: "checks", gateType: "pr_checks" } as const;
    const rest = {
      minApprovals: 1,
      mode: "min_approvals",
      timeoutMs: 60_000,
      onTimeout: "fail",
      params: {},
    } as const;
    const runId = await worker.create(flow([{ ...gate, ...rest }]));
    expect(await worker.take(runId)).toMatchObject({ type: "busy" });
    expect(await worker.steps(runId)).toEqual(["checks#1 waiting"]);
  });

  test("gap AC: who waits for a child has no lease to lose, and the child's end is taken by whoever comes", async () => {
    worker = await openOneWorker({});
    const runId = await worker.create(flow([child("review")]));
    expect(await worker.take(runId)).toMatchObject({ type: "parked" });
    expect(await worker.store.readRun(runId)).not.toHaveProperty("owner");
    const { childRunId: childId = "" } = (await worker.store.readSteps({ runId, limit: 1 })).rows[0] ?? {};
    const event = { type: "childFinished", at: 1, childId, address: "b.0", result: childResult() } as const;
    await worker.store.appendEvent({ runId, event });
    expect(await worker.take(runId)).toMatchObject({ type: "ended", status: "completed" });
  });
});
