/** A worker says at its start what about its Redis would lose or block work. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedRedis } from "@runfleet/testing";
import { createFleetWorker } from "@runfleet/worker";
import { expect, inject, test } from "vitest";

test.skipIf(inject("redisKind") === "js")("a Redis without an append-only file is warned of", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runfleet-warnings-"));
  const redis = await startEmbeddedRedis({ dir: join(folder, "redis"), appendOnly: false });
  const warnings: unknown[] = [];
  const log = {
    info: () => undefined,
    warn: (message: string, fields?: object) => void warnings.push({ message, ...fields }),
    error: () => undefined,
  };
  const worker = await createFleetWorker({ redisUrl: redis.url, config: {}, log, workDir: folder });
  try {
    await expect
      .poll(() => warnings)
      .toContainEqual(
        expect.objectContaining({
          message: "Redis is not set up for a fleet",
          check: "persistence",
          status: "problem",
          found: "no append-only file",
          remedy: expect.stringContaining("appendonly yes"),
        }),
      );
  } finally {
    await worker.stop();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
