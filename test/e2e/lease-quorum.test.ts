/** Leases on three real servers: one of them is killed in the middle of a run, and nobody notices. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { type EmbeddedRedis, startEmbeddedRedis } from "@runfleet/testing";
import { createFleetWorker, defineAction, type FleetWorker } from "@runfleet/worker";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";

const place = { redisUrl: inject("redisUrl"), namespace: `quorum-${randomUUID().slice(0, 8)}` };
const leaseTtlMs = 3_000;

const troubles: string[] = [];
const log = {
  info: () => undefined,
  warn: (message: string) => void troubles.push(message),
  error: (message: string) => void troubles.push(message),
};

let letGo: (() => void) | undefined;
const hold = defineAction({
  name: "hold",
  async run({ signal }) {
    await new Promise<void>((resolve, reject) => {
      letGo = resolve;
      signal.addEventListener("abort", () => reject(new Error(String(signal.reason))), { once: true });
    });
    return {};
  },
});

describe("three lease servers", () => {
  let folder: string;
  let servers: EmbeddedRedis[];
  let client: FleetClient;
  const workers: FleetWorker[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runfleet-quorum-"));
    servers = await Promise.all(
      ["a", "b", "c"].map((name) => startEmbeddedRedis({ dir: join(folder, name), appendOnly: false })),
    );
    client = createClient({ redis: place.redisUrl, namespace: place.namespace });
    const leaseRedisUrls = servers.map(({ url }) => url);
    const options = { ...place, leaseRedisUrls, leaseTtlMs, config: { actions: [hold] }, log };
    for (const name of ["w1", "w2"])
      workers.push(await createFleetWorker({ ...options, workDir: join(folder, name) }));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await client.close();
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  it("let a run go on when one of them is killed: renewed by the others, and never taken over", async () => {
    const source = 'workflow held { call hold script after { run = "true" } }';
    const run = await client.startDefinition({ source });
    await eventually("the step has begun", () => letGo);
    const begun = await run.get();
    process.kill(servers[0]?.pid ?? 0, "SIGKILL");
    const killedAt = performance.now();
    await eventually("a whole lease time has passed, and the owner is still heard of", async () => {
      const { owner, generation } = await run.get();
      expect({ owner, generation }).toEqual({ owner: begun.owner, generation: begun.generation });
      return performance.now() - killedAt > 2 * leaseTtlMs ? true : undefined;
    });
    letGo?.();
    const { status, recoveries } = await run.result({ timeoutMs: 30_000 });
    expect({ status, recoveries }).toEqual({ status: "completed", recoveries: 0 });
    expect(troubles).not.toContain("lease lost");
  });

  it("start new runs as well while one of them is away", async () => {
    const run = await client.startDefinition({ source: 'workflow short { script a { run = "true" } }' });
    expect((await run.result({ timeoutMs: 30_000 })).status).toBe("completed");
  });
});
