/**
 * A worker process kills itself at points between two writes; another one repairs everything, and no person does. A few
 * points each time (RUNFLEET_CRASH_SEED chooses others); `npm run chaos` goes through all of them.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunQueue } from "@runfleet/queue";
import { connectRedis, createRedisStore, createRedlockLeases } from "@runfleet/store";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createRandom } from "../../packages/testing/src/simulated/random.js";
import { crashPoints, nameOf, ports } from "../support/processes/crash-points.mjs";
import { crashAt } from "../support/processes/crash-scene.js";

const redisUrl = inject("redisUrl");
const seed = Number(process.env["RUNFLEET_CRASH_SEED"] ?? 1);
const pointsPerRun = 8;

const random = createRandom(seed);
const all = crashPoints();
const chosen = Array.from({ length: pointsPerRun }, () => all.splice(random.below(all.length), 1)).flat();

describe(`a worker that dies between two writes (seed ${seed})`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runfleet-crash-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.concurrent.each(chosen.map((point) => [nameOf(point), point] as const))("%s", async (name, point) => {
    const namespace = `crash-${process.pid}-${chosen.indexOf(point)}`;
    expect(await crashAt(point, { redisUrl, folder, namespace }), name).toEqual([]);
  });
});

it("every method a port really has is a crash point or says why not", async () => {
  const redis = connectRedis(redisUrl, { role: "client", tag: "{crash:0}" });
  const real = {
    store: createRedisStore({ redis }),
    leases: createRedlockLeases({ clients: [redis] }),
    queue: createRunQueue({ connection: redis, tag: "{crash:0}" }),
  };
  for (const [port, methods] of Object.entries(real)) {
    const known = Object.keys(ports[port as keyof typeof real]);
    expect(Object.keys(methods).filter((method) => !known.includes(method))).toEqual([]);
  }
  await Promise.all([real.queue.close(), real.store.close(), real.leases.close()]);
  redis.disconnect();
});
