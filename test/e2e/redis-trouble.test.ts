/**
 * Trouble with Redis, one kind at a time, on one worker: runs go on by themselves afterwards, the worker neither gives up
 * nor spins, and a producer hears `redis_unavailable` within seconds.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient, type FleetClient } from "@runfleet/client";
import { type ActionLog, createFleetWorker, type FleetWorker } from "@runfleet/worker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RestartableRedis, startRestartableRedis } from "../support/chaos/restartable-redis.js";
import { openTcpProxy, type TcpProxy } from "../support/chaos/tcp-proxy.js";
import { eventually } from "../support/eventually.js";

const leaseTtlMs = 1_500;
const runsInHand = 6;
const workflow = `workflow troubled {
  do { max_iterations = 12 on_max_iter = continue call work } while work.more
  sleep nap { for = "1100ms" }
  call after
}`;

interface Scene {
  readonly wire: TcpProxy;
  readonly redis: RestartableRedis;
}

interface Trouble {
  /** How long it lasts. */
  readonly forMs: number;
  readonly begin: (scene: Scene) => unknown;
  readonly end?: (scene: Scene) => unknown;
  /** What a producer hears meanwhile; absent: it may not notice. */
  readonly producerHears?: "redis_unavailable";
  /** Owners stay owners, so that what runs need not be executed again. */
  readonly keepsLeases?: true;
}

/** How often the worker may say one thing about each run in hand, at warning level or above, in less than three seconds. */
const timesPerRunMax = 8;
/** A producer is not kept waiting longer. */
const producerMsMax = 6_000;

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
  "Redis is full": {
    forMs: 2_000,
    begin: ({ redis }) => redis.command("CONFIG", "SET", "maxmemory", "1"),
    end: ({ redis }) => redis.command("CONFIG", "SET", "maxmemory", "0"),
    producerHears: "redis_unavailable",
    keepsLeases: true,
  },
  "Redis forgets its scripts": {
    forMs: 0,
    begin: ({ redis }) => redis.command("SCRIPT", "FLUSH"),
  },
};

describe("trouble with Redis", () => {
  let folder: string;
  let scene: Scene;
  let client: FleetClient;
  let worker: FleetWorker;
  const lines: string[] = [];
  const keep = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: ActionLog = { info: () => {}, warn: keep, error: keep };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runfleet-trouble-"));
    const redis = await startRestartableRedis(folder);
    const wire = await openTcpProxy(redis.port);
    scene = { redis, wire };
    client = createClient({ redis: wire.url, namespace: "trouble" });
    await client.publish([{ source: workflow }]);
    const work = async ({ action }: { readonly action: string }) => {
      await pause(40);
      return { markers: action === "work" ? ["more"] : [] };
    };
    const config = { fallback: { name: "any", run: work } };
    const options = { redisUrl: wire.url, namespace: "trouble", workDir: folder, sweepMs: 1_000 };
    worker = await createFleetWorker({ ...options, config, log, leaseTtlMs });
  });
  afterAll(async () => {
    await worker?.stop();
    await client?.close();
    await scene?.wire.close();
    await scene?.redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const begun = (id: string) => async (): Promise<true | undefined> =>
    (await client.get(id)).steps.length > 0 ? true : undefined;

  for (const [name, trouble] of Object.entries(troubles)) {
    it(`runs go on by themselves when ${name}`, async () => {
      const starts = Array.from({ length: runsInHand }, () => client.start("troubled"));
      const ids = (await Promise.all(starts)).map(({ id }) => id);
      for (const id of ids) await eventually("the run is in hand", begun(id));
      lines.splice(0);
      const beganAt = performance.now();
      await trouble.begin(scene);
      const heard = trouble.producerHears && client.start("troubled").catch((error: unknown) => error);
      await pause(trouble.forMs);
      await trouble.end?.(scene);
      if (heard !== undefined) {
        expect(await heard).toMatchObject({ code: trouble.producerHears, retryable: true });
        expect(performance.now() - beganAt).toBeLessThan(producerMsMax);
      }
      for (const id of ids) {
        const ended = await eventually("the run ends", async () => {
          const run = await client.get(id).catch(() => undefined);
          return run?.status === "completed" ? run : undefined;
        });
        expect(ended.steps.filter((step) => step.name === "work")).toHaveLength(12);
      }
      if (trouble.keepsLeases) expect(lines.filter((line) => line.startsWith("lease lost"))).toEqual([]);
      expect(Math.max(0, ...countAlike(lines).values())).toBeLessThanOrEqual(timesPerRunMax * runsInHand);
    });
  }
});

/** What was said → how often; ids and numbers make no difference. */
function countAlike(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const said = line.replaceAll(/[0-9A-Z]{26}|[0-9a-f]{40}|\d+/g, "…").slice(0, 120);
    counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  return counts;
}
