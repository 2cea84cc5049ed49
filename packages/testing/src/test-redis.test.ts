import { createClient } from "@runfleet/client";
import { createFleetWorker } from "@runfleet/worker";
import { expect, inject, test } from "vitest";
import { probeRedis, startTestRedis } from "./index.js";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

test("a suite gets a Redis of its own that goes away with everything it wrote", async () => {
  const { REDIS_URL: _none, ...env } = process.env;
  const redis = await startTestRedis({ env });
  const { url, namespace } = redis;
  const config = { actions: [{ name: "look", run: async () => ({ context: "seen" }) }] };
  const worker = await createFleetWorker({ redisUrl: url, namespace, config, log: () => silent });
  const fleet = createClient({ redis: url, namespace });
  const run = await fleet.startDefinition({ source: "workflow main { call look }" });
  expect((await run.result({ timeoutMs: 30_000 })).steps).toMatchObject([{ context: "seen" }]);
  await fleet.close();
  await worker.stop();
  await redis.stop();
  expect(await probeRedis(url, 1_000)).toBe(false);
});

test("a server that is named is used and left alone", async () => {
  const url = inject("redisUrl");
  const [first, second] = await Promise.all([
    startTestRedis({ env: { REDIS_URL: url } }),
    startTestRedis({ env: { REDIS_URL: url } }),
  ]);
  expect([first.url, first.kind]).toEqual([url, "external"]);
  expect(first.namespace).not.toBe(second.namespace);
  await first.stop();
  expect(await probeRedis(url, 20_000)).toBe(true);
});
