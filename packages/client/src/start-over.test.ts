/** New runs made from earlier ones: what they take over, and what is refused. What a fork does, `test/e2e` shows. */
import { limits, type StepRecord, zeroTotals } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { greet, openClientFleet } from "../../../test/support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, store } = under;
afterAll(() => under.close());

const options = { label: "first", priority: 3, dryRun: true, failFast: false, timeoutMs: 60_000 } as const;

function stepOf(more: Partial<StepRecord> & Pick<StepRecord, "address" | "ordinal">): StepRecord {
  return {
    ...{ name: "say", kind: "script", status: "completed", attempt: 1, iteration: 0 },
    ...{ startedAt: 1, endedAt: 2 },
    markers: [],
    ...more,
  };
}

/** A run that has ended with these steps. */
async function endedRun(steps: readonly StepRecord[]): Promise<string> {
  const { id } = await fleet.start("greet", { inputs: { whom: "you" }, ...options });
  const { activation, release } = await under.take(id);
  await store.finish({
    ...{ fence: activation.fence, commitId: "c1", parts: { set: {}, remove: [] }, steps, facts: [] },
    ...{ outbox: [], outboxDone: [], inboxSeen: 1, totals: zeroTotals(), gatesOpened: [], gatesClosed: [] },
    ...{ status: "failed", summary: "", retentionMs: 60_000 },
  });
  await release();
  return id;
}

describe("a rerun", () => {
  test("is a new run with the same version, inputs and options, and says what it comes from", async () => {
    const first = await fleet.start("greet", { inputs: { whom: "you" }, ...options, delayMs: 5 });
    await fleet.publish([{ ...greet, description: "a later version" }]);
    const again = await fleet.rerun(first.id);
    const [before, after] = await Promise.all([first.get(), again.get()]);
    expect(after).toMatchObject({ ...options, rerunOf: first.id, forkOf: null, parentId: null });
    expect(after.inputs).toEqual(before.inputs);
    expect(after.definitionHash).toBe(before.definitionHash);
    expect(after.id).not.toBe(before.id);
    const latest = await first.rerun({ latest: true });
    expect((await latest.get()).definitionHash).not.toBe(before.definitionHash);
  });

  test("takes changed inputs and a label of its own, and is one run under one key", async () => {
    const { id } = await fleet.start("greet", { inputs: { whom: "you", tone: "rude" } });
    const changes = { inputs: { whom: "me" }, label: "second", idempotencyKey: `again ${id}` };
    const again = await fleet.rerun(id, changes);
    expect(await again.get()).toMatchObject({ inputs: { whom: "me", tone: "rude" }, label: "second" });
    expect(await fleet.rerun(id, changes)).toMatchObject({ id: again.id, isRepeat: true });
  });

  test("is refused for a run that is not there and for inputs that no start would take", async () => {
    await expect(fleet.rerun("nobody")).rejects.toMatchObject({ code: "run_not_found" });
    const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
    await expect(fleet.rerun(id, { inputs: { loud: "maybe" } })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("a fork", () => {
  test("begins with how the steps before the point ended, and belongs to no other fork", async () => {
    const id = await endedRun([
      stepOf({ address: "b.0", ordinal: 0, attempt: 1, status: "failed" }),
      stepOf({ address: "b.0", ordinal: 0, attempt: 2, markers: ["said"] }),
      stepOf({ address: "b.1", name: "open", ordinal: 1, status: "running" }),
      stepOf({ address: "b.2", name: "last", ordinal: 2, status: "failed" }),
    ]);
    const fork = await fleet.fork(id, { from: "last", inputs: { whom: "me" }, idempotencyKey: `fork ${id}` });
    expect(await fork.get()).toMatchObject({
      ...options,
      inputs: { whom: "me", tone: "kind" },
      forkOf: { runId: id, address: "b.2" },
    });
    const [started] = (await under.inboxOf(fork.id)) as [{ readonly kept: unknown }];
    expect(started.kept).toEqual({
      "b.0": expect.objectContaining({ attempt: 2, markers: ["said"], from: id, endedAt: 2 }),
    });
    const other = { from: "b.0", inputs: { whom: "me" }, idempotencyKey: `fork ${id}` };
    await expect(fleet.run(id).fork(other)).rejects.toMatchObject({ code: "idempotency_conflict" });
  });

  test("is refused where there is nothing to fork from, and says why", async () => {
    const open = await fleet.start("greet", { inputs: { whom: "you" } });
    const id = await endedRun([
      stepOf({ address: "b.0.0@0.0", name: "twice", ordinal: 0 }),
      stepOf({ address: "b.0.0@1.0", name: "twice", ordinal: 1 }),
      stepOf({ address: "b.1", name: "kid", kind: "child", childRunId: "gone", ordinal: 2 }),
      stepOf({ address: "b.2", ordinal: 3 }),
      stepOf({ address: "a.0", name: "clean", ordinal: 4 }),
    ]);
    const refusals = [
      [open.id, "b.0", /it is pending; cancel it/],
      [id, "b.7", /it has no step "b.7"/],
      [id, "twice", /ran more than once; name one address: b.0.0@0.0, b.0.0@1.0/],
      [id, "clean", /a.0 lies in the always block/],
      [id, "say", /run gone, whose results b.1 has, is not stored any more/],
    ] as const;
    const before = await under.keys();
    for (const [runId, from, message] of refusals) {
      await expect(fleet.fork(runId, { from }), from).rejects.toMatchObject({
        code: "fork_refused",
        message: expect.stringMatching(message),
      });
    }
    expect(await under.keys()).toEqual(before);
    await expect(fleet.fork("nobody", { from: "b.0" })).rejects.toMatchObject({ code: "run_not_found" });
  });

  test("keeps at most what fits into one event", async () => {
    const output = JSON.stringify("x".repeat(limits.stepOutputBytesMax - 10));
    const count = Math.ceil(limits.keptBytesMax / output.length) + 1;
    const steps = Array.from({ length: count }, (_, n) =>
      stepOf({ address: `b.${n}`, name: `s${n}`, ordinal: n, output }),
    );
    const id = await endedRun(steps);
    await expect(fleet.fork(id, { from: `s${count - 1}` })).rejects.toMatchObject({ code: "too_large" });
    await expect(fleet.fork(id, { from: "s3" })).resolves.toMatchObject({ isRepeat: false });
  });
});
