import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { promisify } from "node:util";
import { afterEach, expect, inject, test } from "vitest";
import { serverOf } from "../../../test/support/server-of.js";
import { isClusterAddress } from "./cluster-address.js";
import { connectBeside, connectRedis } from "./connect-redis.js";

const tag = "{rf:0}";
const open: { disconnect(): void }[] = [];

function opened<T extends { disconnect(): void }>(redis: T): T {
  open.push(redis);
  return redis;
}

afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
});

test("a client fails within seconds when nobody answers, where a worker would wait for ever", async () => {
  const redis = opened(connectRedis("redis://127.0.0.1:1", { role: "client", tag }));
  const startedMs = performance.now();
  await expect(redis.ping()).rejects.toThrow();
  expect(performance.now() - startedMs).toBeLessThan(20_000);
});

test("a worker's command waits until Redis is there", async () => {
  const target = await serverOf(inject("redisUrl"), tag);
  const wire = createServer((near) => {
    const far = connect(target);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on("error", () => {});
  });
  await once(wire.listen(0, "127.0.0.1"), "listening");
  const { port } = wire.address() as AddressInfo;
  await promisify(wire.close.bind(wire))();

  const redis = opened(
    connectRedis(`redis://127.0.0.1:${port}`, { role: "worker", tag, name: "store test" }),
  );
  const answer = redis.ping();
  // Not `once` of node:events: it gives up at the first error event, and errors are what we wait through.
  const failedOnce = new Promise((resolve) => redis.once("reconnecting", resolve));
  await failedOnce;
  await once(wire.listen(port, "127.0.0.1"), "listening");
  expect(await answer).toBe("PONG");
  redis.disconnect();
  wire.close();
});

test("a connection beside another has its address and no time limit", async () => {
  const redis = opened(connectRedis(inject("redisUrl"), { role: "client", tag }));
  const beside = opened(connectBeside(redis));
  expect(beside.options).toMatchObject({ host: redis.options.host, port: redis.options.port });
  expect(beside.options.commandTimeout).toBeUndefined();
  expect(await beside.ping()).toBe("PONG");
});

test("only a server that is not the primary is left for the one its address leads to", () => {
  const redis = opened(connectRedis(inject("redisUrl"), { role: "worker", tag }));
  const isLeft = (said: string) => redis.options.reconnectOnError?.(new Error(said));
  expect(isLeft("READONLY You can't write against a read only replica.")).toBe(1);
  expect(isLeft("MASTERDOWN Link with MASTER is down")).toBe(1);
  for (const said of ["OOM command not allowed", "NOREPLICAS Not enough good replicas", "ERR READONLY"])
    expect(isLeft(said)).toBe(false);
  expect(opened(connectBeside(redis)).options.reconnectOnError).toBe(redis.options.reconnectOnError);
});

test.skipIf(isClusterAddress(inject("redisUrl")))(
  "a server that is no member of a cluster is not taken for one",
  async () => {
    const { host, port } = await serverOf(inject("redisUrl"), tag);
    const redis = opened(connectRedis(`redis-cluster://${host}:${port}`, { role: "worker", tag }));
    await expect(redis.get("{rf:0}:any")).rejects.toMatchObject({
      code: "invalid_usage",
      message: expect.stringContaining("is no member of a cluster"),
    });
  },
);

test("a client fails within seconds when no member of a cluster answers", async () => {
  const redis = opened(connectRedis("redis-cluster://127.0.0.1:1,127.0.0.1:2", { role: "client", tag }));
  await expect(redis.get("{rf:0}:any")).rejects.toThrow("max retries");
});
