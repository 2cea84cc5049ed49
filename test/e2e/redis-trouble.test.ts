/** Each kind of trouble with Redis, as long as it must last to matter; outages of minutes are part of `npm run chaos`. */
import { afterAll, beforeAll, describe, it } from "vitest";
import {
  leaseTtlMs,
  openTroubleScene,
  type Trouble,
  type TroubleScene,
} from "../support/chaos/redis-trouble.js";

const troubles: Readonly<Record<string, Trouble>> = {
  "the connection is lost for a second": {
    forMs: 1_000,
    begin: ({ wire }) => wire.refuse(),
    end: ({ wire }) => wire.pass(),
  },
  "the connection is lost for longer than the lease": {
    forMs: leaseTtlMs + 1_000,
    begin: ({ wire }) => wire.refuse(),
    end: ({ wire }) => wire.pass(),
    producerHears: "redis_unavailable",
  },
  "the network is silent for longer than the lease": {
    forMs: leaseTtlMs + 1_000,
    begin: ({ wire }) => wire.stall(),
    end: ({ wire }) => wire.pass(),
  },
  "Redis restarts": { forMs: 0, begin: ({ redis }) => redis.restart("SIGTERM") },
  "Redis is killed": { forMs: 0, begin: ({ redis }) => redis.restart("SIGKILL") },
  "Redis comes back without the last commits": {
    forMs: 200,
    begin: ({ redis }) => redis.stopRemembering(),
    end: ({ redis }) => redis.restart("SIGKILL"),
  },
  "Redis is read-only": {
    forMs: 2_000,
    begin: ({ redis }) => redis.command("REPLICAOF", "127.0.0.1", "1"),
    end: ({ redis }) => redis.command("REPLICAOF", "NO", "ONE"),
    producerHears: "redis_unavailable",
  },
  "Redis has fewer replicas than it must have": {
    forMs: 1_000,
    begin: ({ redis }) => redis.command("CONFIG", "SET", "min-replicas-to-write", "1"),
    end: ({ redis }) => redis.command("CONFIG", "SET", "min-replicas-to-write", "0"),
    producerHears: "redis_unavailable",
  },
  "Redis is full": {
    forMs: 2_000,
    begin: ({ redis }) => redis.command("CONFIG", "SET", "maxmemory", "1"),
    end: ({ redis }) => redis.command("CONFIG", "SET", "maxmemory", "0"),
    producerHears: "redis_unavailable",
    keepsLeases: true,
  },
  "Redis is slow: four tenths of a second for whatever it is asked": {
    forMs: 3_000,
    begin: async ({ redis }) => {
      const slow = async () => await redis.command("CLIENT", "PAUSE", "400", "ALL");
      for (let left = 6; left > 0; left -= 1) setTimeout(() => void slow().catch(() => {}), left * 450);
    },
  },
  "Redis forgets its scripts": {
    forMs: 0,
    begin: ({ redis }) => redis.command("SCRIPT", "FLUSH"),
  },
};

describe("trouble with Redis", () => {
  let scene: TroubleScene;
  beforeAll(async () => {
    scene = await openTroubleScene();
  });
  afterAll(() => scene?.close());

  for (const [name, trouble] of Object.entries(troubles)) {
    it(`runs go on by themselves when ${name}`, () => scene.suffer(trouble));
  }
});
