/** Which job goes first: open runs are finished before fresh ones are begun, however many of those are waiting. */
import type { Disposition, QueueJob } from "@runfleet/model";
import { expect, test } from "vitest";
import { describeEachQueue } from "./each-queue.js";
import { createDoor, ended, parked, record, testPool } from "./harness.js";

describeEachQueue("precedence", (bench) => {
  const { add, untilCount } = bench;

  test("a flood of 2,000 fresh runs never comes before an open run", async () => {
    const { queue, sender } = bench.harness;
    const flooded = createDoor();
    const order: string[] = [];
    await add("open", { priority: 9 });
    await record({
      queue,
      concurrency: 1,
      answer: async ({ runId }) => {
        order.push(runId);
        if (runId === "open") return order.length > 10 ? ended() : parked();
        await flooded.passed;
        await sender.wake("open", testPool);
        return ended();
      },
    });
    await untilCount("delayed", 1);
    const fresh = Array.from({ length: 2_000 }, (_, n) =>
      add(`fresh${n}`, n % 2 === 0 ? {} : { priority: 1 }),
    );
    await Promise.all(fresh);
    flooded.open();
    await bench.harness.until("thirteen jobs were taken", () => order.length >= 13);
    const taken = order.slice(0, 13).map((runId) => (runId === "open" ? "open" : "fresh"));
    const alternating = Array.from({ length: 5 }, () => ["open", "fresh"]).flat();
    expect(taken).toEqual([...alternating, "open", "fresh", "fresh"]);
  });

  const waysBack: Readonly<Record<string, Disposition>> = {
    "after a short rest": { type: "busy", retryAfterMs: 1 },
    "after it was yielded": { type: "yielded" },
    "parked until a time": parked(1),
    "failed and retried": { type: "ended", status: "failed", error: "no" },
  };
  test.each(Object.entries(waysBack))("a run that comes back %s goes before fresh ones", async (_, first) => {
    const { queue, sender } = bench.harness;
    const flooded = createDoor();
    const order: string[] = [];
    await add("open", { priority: 9 });
    await record({
      queue,
      concurrency: 1,
      answer: async ({ runId, count }) => {
        order.push(runId);
        if (runId === "open") return count === 1 ? first : ended();
        if (order.length === 1) await flooded.passed;
        else await sender.wake("open", testPool);
        return ended();
      },
    });
    await untilCount("waiting", 0);
    await Promise.all([1, 2, 3].map((n) => add(`fresh${n}`)));
    flooded.open();
    await untilCount("completed", 4);
    expect(order.lastIndexOf("open")).toBeLessThanOrEqual(2);
  });

  test("runs that have begun go first, then children, the deepest first, then roots by priority", async () => {
    const runs: readonly [string, Partial<QueueJob>][] = [
      ["root, last", { priority: 2_097_151 }],
      ["root, second", { priority: 2 }],
      ["root, first", { priority: 1 }],
      ["root", {}],
      ["child", { depth: 1, priority: 9 }],
      ["other child", { depth: 1 }],
      ["grandchild", { depth: 2 }],
      ["deepest", { depth: 5 }],
      ["begun", { hasBegun: true, priority: 9 }],
      ["begun later", { hasBegun: true, depth: 5 }],
    ];
    for (const [name, job] of runs) await add(name.replaceAll(/[ ,]+/g, "-"), job);
    const worker = await record({ queue: bench.harness.queue, concurrency: 1, answer: () => ended() });
    await untilCount("completed", runs.length);
    expect(worker.visits.map(({ runId }) => runId)).toEqual([
      ...["begun", "begun-later", "deepest", "grandchild", "child", "other-child"],
      ...["root", "root-first", "root-second", "root-last"],
    ]);
  });
});
