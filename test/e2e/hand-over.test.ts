/** Runs go from one worker process to the next: in order, by a kill, and because a process is too busy to renew. */
import type { RunDocument } from "@runfleet/model";
import { afterEach, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";

const workflows = [
  `workflow rolled { parallel { call quick call held_step } gate human_approval { prompt = "go on?" } call last }`,
  "workflow branchy { parallel { call quick call held_step } }",
  "workflow parented { call quick call workflow kid }",
  "workflow kid { call held_step }",
  'workflow gated { gate human_approval { timeout = "1h" } call last }',
  "workflow busy { call block call last }",
  "workflow short { call quick }",
];

describe("runs are handed over", () => {
  let fleet: ProcessFleet;
  const open = async (leaseTtlMs: number): Promise<void> => {
    fleet = await openProcessFleet({ redisUrl: inject("redisUrl"), leaseTtlMs, graceMs: 300, workflows });
  };
  afterEach(() => fleet.clear());

  const gateOf = (runId: string) =>
    eventually("its gate is open", async () => (await fleet.client.gates({ runId })).gates[0]);
  const resultOf = (runId: string): Promise<RunDocument> => fleet.client.result(runId, { timeoutMs: 30_000 });
  const executions = (action: string, runId: string) =>
    fleet.ledger({ action, what: "begun" }).filter(({ key }) => key.startsWith(`${runId}:`)).length;

  it("by a rolling restart, which costs no recovery and no attempt", async () => {
    await open(10_000);
    // Neither has places for all runs, so each of them gets some.
    const places = { words: ["--concurrency", "4"] };
    const first = [await fleet.worker(places), await fleet.worker(places)];
    const starts = Array.from({ length: 8 }, () => fleet.client.start("rolled"));
    const ids = (await Promise.all(starts)).map(({ id }) => id);
    for (const worker of first) {
      await eventually(
        "it has steps in hand",
        () => fleet.ledger({ pid: worker.pid, action: "held_step" })[0],
      );
      expect(await worker.end("SIGTERM")).toBe(0);
      await fleet.faultyWorker({});
    }
    fleet.free("held_step");
    for (const id of ids) {
      await gateOf(id);
      await fleet.client.approve(id);
    }
    for (const id of ids) {
      const { status, steps } = await resultOf(id);
      expect({ status, lost: await fleet.leasesLost(id) }).toEqual({ status: "completed", lost: 0 });
      expect(steps.map(({ name, attempt }) => [name, attempt])).toEqual([
        ["quick", 1],
        ["held_step", 1],
        ["human_approval", 1],
        ["last", 1],
      ]);
      expect(executions("quick", id)).toBe(1);
    }
    // Some were really cut in the middle.
    expect(fleet.ledger({ what: "aborted", reason: "shutdown" }).length).toBeGreaterThan(0);
  });

  it("by kill -9: a finished branch is not repeated, the child is the same one, the gate's deadline too", async () => {
    await open(2_000);
    const killed = await fleet.faultyWorker({});
    const gated = await fleet.client.start("gated");
    const { deadline } = await gateOf(gated.id);
    const [branchy, parented] = await Promise.all([
      fleet.client.start("branchy"),
      fleet.client.start("parented"),
    ]);
    await eventually("both are in the middle of their last steps", () =>
      fleet.ledger({ action: "held_step", what: "begun" }).length === 2 ? true : undefined,
    );
    await eventually("the other branch has ended", async () =>
      (await branchy.get()).steps.find(({ name }) => name === "quick")?.status === "completed"
        ? true
        : undefined,
    );
    const { children } = await parented.get();
    const heard = () => fleet.client.readLog(branchy.id, { step: "held_step" });
    await eventually("what it says is in the log of the run", async () => (await heard()).lines[0]);
    await killed.end("SIGKILL");
    const next = await fleet.faultyWorker({});
    fleet.free("held_step");
    expect((await resultOf(branchy.id)).status).toBe("completed");
    expect(await resultOf(parented.id)).toMatchObject({ status: "completed", children });
    expect(children).toHaveLength(1);
    for (const { id } of [branchy, parented]) expect(executions("quick", id)).toBe(1);
    expect(executions("held_step", branchy.id)).toBe(2);
    const { lines } = await heard();
    expect(lines.map(({ text, attempt }) => [text, attempt])).toEqual([
      [`begun by ${killed.pid}`, 1],
      [`begun by ${next.pid}`, 1],
    ]);
    expect(lines[1]?.generation).toBeGreaterThan(lines[0]?.generation ?? 0);
    expect(await fleet.leasesLost(branchy.id)).toBe(1);
    expect((await gateOf(gated.id)).deadline).toBe(deadline);
    await fleet.client.approve(gated.id);
    expect((await resultOf(gated.id)).status).toBe("completed");
  });

  it("because a process is blocked for longer than its lease: it loses the run, changes nothing, and goes on", async () => {
    await open(2_000);
    const [one, two] = await Promise.all([fleet.faultyWorker({}), fleet.faultyWorker({})]);
    const run = await fleet.client.start("busy");
    const { pid } = await fleet.noted({ action: "block" });
    const [blocked, other] = pid === one.pid ? [one, two] : [two, one];
    const ended = await resultOf(run.id);
    expect([ended.status, await fleet.leasesLost(run.id)]).toEqual(["completed", 1]);
    expect(fleet.ledger({ what: "begun" }).map(({ action, pid }) => [action, pid])).toEqual([
      ["block", blocked.pid],
      ["block", other.pid],
      ["last", other.pid],
    ]);
    expect(fleet.ledger({ what: "done", pid: blocked.pid })).toEqual([]);
    fleet.unblock();
    await fleet.noted({ what: "done", pid: blocked.pid });
    await eventually("it says so", () => (blocked.log().includes("lease lost") ? true : undefined));
    expect(await run.get()).toEqual(ended);
    await other.end("SIGTERM");
    const next = await fleet.client.start("short");
    expect((await resultOf(next.id)).status).toBe("completed");
    expect(fleet.ledger({ action: "quick", pid: blocked.pid })).toHaveLength(2);
    expect(blocked.log()).not.toContain("UNHANDLED");
  });
});
