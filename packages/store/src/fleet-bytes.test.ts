import { randomUUID } from "node:crypto";
import { afterEach, expect, inject, test } from "vitest";
import { runInfo } from "../../../test/support/engine/world.js";
import { serverOf } from "../../../test/support/server-of.js";
import { connectRedis } from "./connect-redis.js";
import { readFleetBytes } from "./fleet-bytes.js";
import { partitionTag } from "./keys.js";
import { createRedisStore } from "./redis-store.js";

const namespace = `bytes-${randomUUID().slice(0, 8)}`;
const tag = partitionTag(namespace, 0);
const redis = connectRedis(inject("redisUrl"), { role: "client", tag });
const store = createRedisStore({ redis, namespace });
afterEach(async () => {
  const keys = await redis.keys(`${tag}*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

async function exactly(keys: readonly string[]): Promise<number> {
  const sizes = await Promise.all(keys.map((key) => redis.memory("USAGE", key)));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

test("an estimate is near what there is, asks no more of many runs than of some, and says nothing where nothing is measured", async () => {
  expect(await readFleetBytes(redis, tag)).toEqual({ openRunsBytes: 0, listsBytes: 0 });
  for (let index = 0; index < 60; index += 1) {
    const id = `run-${index}`;
    const pool = index % 2 === 0 ? "default" : "gpu";
    await store.createRun({ ...runInfo({ id, rootId: id, pool }), createdAt: 1_000 + index });
    await redis.hset(`${tag}:${pool}:${id}`, "name", "a job".repeat(20));
  }
  const all = await redis.keys(`${tag}*`);
  const isOfRun = (key: string): boolean => /:run-\d+(:|$)/.test(key);
  const known = await readFleetBytes(redis, tag);
  const [open, lists] = [
    await exactly(all.filter(isOfRun)),
    await exactly(all.filter((key) => !isOfRun(key))),
  ];
  expect(known.openRunsBytes).toBeGreaterThan(open * 0.8);
  expect(known.openRunsBytes).toBeLessThan(open * 1.2);
  expect(known.listsBytes).toBeGreaterThan(lists * 0.5);
  expect(known.listsBytes).toBeLessThanOrEqual(lists * 1.1);

  const asked = async (): Promise<number> => {
    const watcher = connectRedis(inject("redisUrl"), { role: "client", tag });
    let count = 0;
    const { sendCommand } = watcher;
    watcher.sendCommand = (...given) => {
      count += 1;
      return sendCommand.apply(watcher, given);
    };
    await readFleetBytes(watcher, tag);
    watcher.disconnect();
    return count;
  };
  expect(await asked(), "8 runs are pending however many there are").toBeLessThan(250);

  const { host, port } = await serverOf(inject("redisUrl"), tag);
  await redis.call("ACL", "SETUSER", namespace, "on", "nopass", "~*", "+@all", "-memory|usage");
  const refused = connectRedis(`redis://${namespace}:any@${host}:${port}`, { role: "client", tag });
  const told = await readFleetBytes(refused, tag);
  refused.disconnect();
  await redis.call("ACL", "DELUSER", namespace);
  expect(told).toEqual({ openRunsBytes: null, listsBytes: null });
});
