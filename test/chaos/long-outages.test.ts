/** Redis is away for so long that everybody has given everything up: nothing spins meanwhile, and all go on by themselves. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { openTroubleScene, type TroubleScene } from "../support/chaos/redis-trouble.js";

describe("a long outage", () => {
  let scene: TroubleScene;
  beforeAll(async () => {
    scene = await openTroubleScene();
  });
  afterAll(() => scene?.close());

  it.each([10, 60])("runs go on by themselves when the connection is lost for %d s", async (seconds) => {
    await scene.suffer({
      forMs: seconds * 1_000,
      begin: ({ wire }) => wire.refuse(),
      end: ({ wire }) => wire.pass(),
      producerHears: "redis_unavailable",
      ...(seconds > 10 ? { hidesWorker: true as const } : {}),
    });
  });
});
