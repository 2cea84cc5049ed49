/** An error that escapes a step's promise fails that step; one that is nobody's ends the worker, in order. Real processes. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";

const workflows = [
  "workflow calm { call slow call slow call last }",
  "workflow leaky { call leak }",
  "workflow nameless { call leak_nameless call slow }",
];

describe("an error that escapes an action's promise", () => {
  let fleet: ProcessFleet;
  beforeAll(async () => {
    fleet = await openProcessFleet({
      redisUrl: inject("redisUrl"),
      leaseTtlMs: 3_000,
      graceMs: 5_000,
      workflows,
    });
  });
  afterAll(() => fleet.clear());

  const resultOf = (id: string) => fleet.client.result(id, { timeoutMs: 30_000 });

  it("fails its step with its reason, and the runs beside it do not notice", async () => {
    const worker = await fleet.worker();
    const calm = await fleet.client.start("calm");
    await fleet.noted({ action: "slow" });
    const leaky = await fleet.client.start("leaky");
    expect(await resultOf(leaky.id)).toMatchObject({
      status: "failed",
      error: { code: "step_failed", message: expect.stringContaining("caused by: nobody awaits this") },
    });
    expect(await fleet.noted({ action: "leak", what: "aborted" })).toMatchObject({ pid: worker.pid });
    expect((await resultOf(calm.id)).status).toBe("completed");
    expect(await fleet.leasesLost(calm.id)).toBe(0);
    expect(fleet.ledger({ action: "last" }).map(({ pid }) => pid)).toEqual([worker.pid, worker.pid]);
    const line = worker
      .log()
      .split("\n")
      .find((text) => text.includes("escaped the promise"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ runId: leaky.id, address: "b.0", attempt: 1 });
    await worker.end("SIGTERM");
  });

  it("and belongs to no step ends the worker with exit code 1, after it has handed its runs back", async () => {
    const worker = await fleet.worker();
    const runs = [await fleet.client.start("calm"), await fleet.client.start("nameless")];
    expect(await eventually("it ends", () => worker.ended)).toBe(1);
    expect(worker.log()).toContain("belongs to no step");
    expect(await fleet.leases()).toEqual([]);
    await fleet.faultyWorker({});
    for (const { id } of runs) {
      expect((await resultOf(id)).status).toBe("completed");
      expect(await fleet.leasesLost(id)).toBe(0);
    }
  });
});
