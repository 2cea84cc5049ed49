/** Every point between two writes at which a worker can die, with real processes: the next worker repairs each. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedRedis, startEmbeddedRedis } from "@runfleet/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crashPoints, nameOf } from "../support/processes/crash-points.mjs";
import { crashAt } from "../support/processes/crash-scene.js";

/** Scenes at once: as many worker processes live together. */
const atOnce = 6;

let folder: string;
let redis: EmbeddedRedis;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-crash-"));
  redis = await startEmbeddedRedis({ dir: join(folder, "redis"), appendOnly: false });
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a worker that dies before or after any call of its ports leaves nothing to a person", async () => {
  const points = [...crashPoints().entries()];
  const wrong: Record<string, readonly string[]> = {};
  const work = async (): Promise<void> => {
    for (let next = points.shift(); next !== undefined; next = points.shift()) {
      const [index, point] = next;
      const found = await crashAt(point, { redisUrl: redis.url, folder, namespace: `point${index}` });
      if (found.length > 0) wrong[nameOf(point)] = found;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  expect(wrong).toEqual({});
});
