import { expect, test } from "vitest";
import { createMemoryQueue } from "./memory-queue.js";
import { createPartitionedQueue, sharesOf } from "./partitioned-queue.js";

test("places are shared evenly, and each partition has one", () => {
  expect(sharesOf(32, 1)).toEqual([32]);
  expect(sharesOf(8, 3)).toEqual([3, 3, 2]);
  expect(sharesOf(2, 3)).toEqual([1, 1, 1]);
});

test("a job lies in the partition of its run, counts are those of all, and every partition is worked for", async () => {
  const now = () => 1_000;
  const partitions = [createMemoryQueue({ now }), createMemoryQueue({ now })];
  const queue = createPartitionedQueue(partitions);
  const ids = ["a", "b@1", "c@1"];
  for (const runId of ids) await queue.add({ runId, workflow: "w", pool: "default" });
  expect((await partitions[1]?.counts("default"))?.waiting).toBe(2);
  expect((await queue.counts("default")).waiting).toBe(3);
  expect(await queue.backlog("default", { dueBefore: 2_000 })).toMatchObject({
    ready: 3,
    next: ["a", "b@1"],
  });
  const taken: string[] = [];
  const consumer = await queue.consume({
    pool: "default",
    concurrency: 1,
    handle: async ({ runId }) => {
      taken.push(runId);
      return { type: "ended", status: "completed" };
    },
    onError: (error) => {
      throw error;
    },
  });
  await expect.poll(() => taken.toSorted()).toEqual(ids);
  await consumer.close();
  await queue.close();
});
