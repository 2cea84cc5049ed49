/** Queue and store share a hash tag: names of pools that would collide are refused wherever a run could bring one in. */
import { reservedPoolNames } from "@runfleet/model";
import { createMemoryQueue } from "@runfleet/queue";
import { createMemoryStore } from "@runfleet/store";
import { expect, test } from "vitest";
import { sampleRun } from "../store/samples.js";

test.each([...reservedPoolNames])("a pool called %j, as keys of the store are, is refused", async (pool) => {
  const refusal = { code: "invalid_usage" };
  const queue = createMemoryQueue({ now: () => 0 });
  await expect(queue.add({ runId: "run1", workflow: "review", pool })).rejects.toMatchObject(refusal);
  const store = createMemoryStore({ now: () => 0 });
  await expect(store.createRun(sampleRun({ pool }))).rejects.toMatchObject(refusal);
});
