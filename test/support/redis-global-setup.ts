// One Redis for the whole test run: the server named by REDIS_URL, else an embedded one with a folder of its own in
// .cache/; with RUNFLEET_TEST_CLUSTER=1 a cluster of three. Test files read its address with inject("redisUrl") and keep apart by random namespaces. It never cleans a
// server that it did not start.
import { statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EmbeddedRedisKind } from "@runfleet/testing";
import { startEmbeddedRedis } from "@runfleet/testing";
import type { TestProject } from "vitest/node";
import { startRedisCluster } from "./cluster/redis-cluster.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the Redis of this test run. */
    redisUrl: string;
    /** What that server is: "external" when REDIS_URL named it; "js" is in memory only and slow. */
    redisKind: EmbeddedRedisKind | "external" | "cluster";
  }
}

/** Nothing in such a folder is needed after its run; a killed run leaves one behind. */
const leftoverAgeMs = 3_600_000;

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const external = process.env["REDIS_URL"];
  if (external) {
    project.provide("redisUrl", external);
    project.provide("redisKind", "external");
    return undefined;
  }
  const parent = join(project.vitest.config.root, ".cache", "test-redis");
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent, Date.now());
  const dir = await mkdtemp(join(parent, "run-"));
  const redis = await start(dir, (line) => project.vitest.logger.log(line));
  project.provide("redisUrl", redis.url);
  project.provide("redisKind", redis.kind);
  return async () => {
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  };
}

interface Started {
  readonly url: string;
  readonly kind: EmbeddedRedisKind | "cluster";
  stop(): Promise<void>;
}

async function start(dir: string, log: (line: string) => void): Promise<Started> {
  if (process.env["RUNFLEET_TEST_CLUSTER"] !== "1")
    return startEmbeddedRedis({ dir, appendOnly: false, log });
  return { ...(await startRedisCluster(dir)), kind: "cluster" };
}

async function removeLeftovers(parent: string, now: number): Promise<void> {
  for (const name of await readdir(parent)) {
    const stats = statSync(join(parent, name), { throwIfNoEntry: false });
    if (stats && now - stats.mtimeMs > leftoverAgeMs)
      await rm(join(parent, name), { recursive: true, force: true });
  }
}
