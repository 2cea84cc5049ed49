/** A worker says why it takes no runs: what an orchestrator asks before it goes on with the next one. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFleetWorker } from "@runfleet/worker";
import { expect, inject, test } from "vitest";

test("a worker is ready when it takes runs, and not from the moment it is asked to stop", async () => {
  const workDir = await mkdtemp(join(tmpdir(), "runfleet-readiness-"));
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const namespace = `readiness-${randomUUID().slice(0, 8)}`;
  const worker = await createFleetWorker({
    redisUrl: inject("redisUrl"),
    namespace,
    config: {},
    log,
    workDir,
  });
  expect(worker.unready()).toBeUndefined();
  const stopping = worker.stop();
  expect(worker.unready()).toBe("it was asked to stop");
  await stopping;
  await rm(workDir, { recursive: true, force: true });
});
