/** A worker on a real Redis: what it refuses before it opens anything, and what it makes of an odd lease. */
import { randomUUID } from "node:crypto";
import { connectRedis, partitionTag } from "@runfleet/store";
import { afterAll, expect, inject, test } from "vitest";
import { silentLog } from "../../../test/support/silent-log.js";
import { createFleetWorker } from "./fleet-worker.js";

const redisUrl = inject("redisUrl");
const namespace = `worker-${randomUUID().slice(0, 8)}`;
const tag = partitionTag(namespace, 0);
const redis = connectRedis(redisUrl, { role: "client", tag });
const keys = (pattern: string) => redis.keys(`${tag}${pattern}`);

afterAll(async () => {
  const left = await keys("*");
  if (left.length > 0) await redis.del(...left);
  redis.disconnect();
});

const options = { redisUrl, namespace, config: {}, log: silentLog };

test("a pool that cannot be is refused, and announced to nobody", async () => {
  await expect(createFleetWorker({ ...options, pools: ["default", "No Pool"] })).rejects.toMatchObject({
    ...{ code: "invalid_usage", message: expect.stringContaining('the pool "No Pool"') },
  });
  expect(await keys("*")).toEqual([]);
});

test("jobs of dead workers are looked for, whatever the length of a lease", async () => {
  const worker = await createFleetWorker({ ...options, leaseTtlMs: 1_501 });
  // BullMQ's note of who has looked, which lives until the next look.
  await expect.poll(() => keys("*stalled-check"), { timeout: 10_000, interval: 20 }).toHaveLength(1);
  await worker.stop();
});
