import { afterAll, describe, expect, inject, test } from "vitest";
import { sampleRun } from "../../../test/conformance/store/samples.js";
import { gateOf, openClientFleet } from "../../../test/support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
const someWorker = {
  ...{ id: "w1", pid: 1, host: "h", pools: ["default"], slots: 1, busy: 0, version: "1", lastSeen: 0 },
};
afterAll(() => under.close());

describe("a run", () => {
  test("is read with its steps once it has ended, and its result is awaited", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    const result = run.result({ timeoutMs: 30_000 });
    await under.workOn(run.id);
    const document = await result;
    expect(document).toMatchObject({ status: "completed", summary: "said hello" });
    expect(document.steps).toEqual([
      {
        address: "b.0",
        name: "say",
        kind: "script",
        status: "completed",
        attempt: 1,
        iteration: 0,
        ordinal: 0,
        markers: ["said"],
        context: "hello",
        output: { words: 1 },
        resultText: null,
        error: null,
        childRunId: null,
        keptFrom: null,
        startedAt: "1970-01-01T00:00:01.000Z",
        endedAt: "1970-01-01T00:00:02.000Z",
        usage: null,
        progress: null,
      },
    ]);
    await expect(fleet.cancel(run.id)).rejects.toMatchObject({ code: "run_ended" });
    await expect(fleet.signal(run.id, "late")).rejects.toMatchObject({ code: "run_ended" });
  });

  test("of many whose results are awaited at once makes Node suspect no leak", async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on("warning", keep);
    const runs = await Promise.all(
      Array.from({ length: 12 }, () => fleet.start("greet", { inputs: { whom: "you" } })),
    );
    const waits = await Promise.allSettled(runs.map((run) => run.result({ timeoutMs: 50 })));
    expect(new Set(waits.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    process.off("warning", keep);
    expect(warnings).toEqual([]);
  });

  test("tells its events in order and then ends the iteration", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    const types: string[] = [];
    const following = (async () => {
      for await (const event of run.events()) types.push(event.type);
    })();
    await under.workOn(run.id);
    await following;
    expect(types.filter((type) => type.startsWith("run."))).toEqual(["run.started", "run.completed"]);
  });

  test("that does not end in time rejects the wait and goes on", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    await expect(run.result({ timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
    expect((await run.get()).status).toBe("pending");
  });

  test("is asked to end, and asking twice is harmless", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    const { release } = await under.take(run.id);
    await run.cancel({ reason: "changed my mind" });
    await run.cancel();
    expect((await run.get()).status).toBe("cancelling");
    await release();
  });

  test("that nobody has taken ends with the call, and its job is gone", async () => {
    const { waiting } = await under.queue.counts("default");
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    expect((await under.queue.counts("default")).waiting).toBe(waiting + 1);
    await run.cancel({ reason: "changed my mind" });
    expect(await run.get()).toMatchObject({
      ...{ status: "cancelled", cancel: { reason: "changed my mind", by: "tester" } },
      error: { code: "run_cancelled", message: "changed my mind" },
    });
    expect((await under.queue.counts("default")).waiting).toBe(waiting);
    await expect(run.cancel()).rejects.toMatchObject({ code: "run_ended" });
  });

  test("that nobody takes is explained, and so is one that waits for a person", async () => {
    const ready = await fleet.start("greet", { inputs: { whom: "you" } });
    expect(await fleet.explain(ready.id)).toMatchObject({
      cause: "no_worker",
      status: "pending",
      because: null,
    });
    const later = await fleet.start("greet", { inputs: { whom: "you" }, delayMs: 60_000 });
    await under.store.announceWorker(someWorker);
    expect(await fleet.explain(later.id)).toMatchObject({ cause: "delayed" });
    await under.workOn(ready.id, { gate: gateOf(ready.id) });
    expect(await fleet.explain(ready.id)).toMatchObject({
      cause: "gate",
      remedy: expect.stringContaining(`approve ${ready.id} human_review`),
    });
    await under.store.withdrawWorker(someWorker.id);
    await expect(fleet.explain("nobody")).rejects.toMatchObject({ code: "run_not_found" });
  });

  test("that has not failed, or was started by another, is not retried", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    await expect(run.retry()).rejects.toMatchObject({
      code: "retry_refused",
      message: expect.stringContaining("it is pending"),
    });
    await expect(fleet.retry("nobody")).rejects.toMatchObject({ code: "run_not_found" });
    const child = sampleRun({ parentId: run.id, rootId: run.id, parentAddress: "b.0", depth: 1 });
    await under.store.createRun(child);
    await expect(fleet.retry(child.id)).rejects.toMatchObject({
      code: "retry_refused",
      message: expect.stringContaining(`retry the root run ${run.id}`),
    });
  });

  test("takes a signal once per dedupe id", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    await run.signal("ready", { data: { n: 1 }, dedupeId: "s1" });
    await run.signal("ready", { data: { n: 2 }, dedupeId: "s1" });
    const signals = (await under.inboxOf(run.id)).filter((event) => isSignal(event));
    expect(signals).toMatchObject([{ name: "ready", data: '{"n":1}' }]);
  });

  test("that nobody knows is not found", async () => {
    await expect(fleet.get("01ARZ3NDEKTSV4RRFFQ69G5FAV")).rejects.toMatchObject({ code: "run_not_found" });
    await expect(fleet.events("nope").next()).rejects.toMatchObject({ code: "run_not_found" });
    await expect(fleet.result("nope")).rejects.toMatchObject({ code: "run_not_found" });
  });
});

function isSignal(event: unknown): boolean {
  return (event as { type?: unknown }).type === "signalReceived";
}
