/** Queue and store share a hash tag and may not import each other; this holds their lists of names together. */
import { createMemoryQueue } from "@runfleet/queue";
import { reservedPoolNames } from "@runfleet/store";
import { expect, test } from "vitest";

test.each([...reservedPoolNames])("a pool called %j, as keys of the store are, is refused", async (pool) => {
  const queue = createMemoryQueue({ now: () => 0 });
  await expect(queue.add({ runId: "run1", workflow: "review", pool })).rejects.toMatchObject({
    code: "invalid_usage",
  });
});
