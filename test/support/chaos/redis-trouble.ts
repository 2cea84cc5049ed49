/**
 * Trouble with Redis, one kind at a time, on one worker that shares this process: runs go on by themselves afterwards, the
 * worker neither gives up nor spins, lets no rejection escape, and is not counted as there while nobody hears of it; a
 * producer hears `redis_unavailable` within seconds.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient, type FleetClient } from "@runfleet/client";
import { type ActionLog, createFleetWorker, type FleetWorker } from "@runfleet/worker";
import { expect } from "vitest";
import { eventually } from "../eventually.js";
import { type RestartableRedis, startRestartableRedis } from "./restartable-redis.js";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.js";

export const leaseTtlMs = 1_500;
const runsInHand = 6;
const workflow = `workflow troubled {
  do { max_iterations = 12 on_max_iter = continue call work } while work.more
  sleep nap { for = "1100ms" }
  call after
}`;

export interface Scene {
  readonly wire: TcpProxy;
  readonly redis: RestartableRedis;
}

export interface Trouble {
  /** How long it lasts. */
  readonly forMs: number;
  readonly begin: (scene: Scene) => unknown;
  readonly end?: (scene: Scene) => unknown;
  /** What a producer hears meanwhile; absent: it may not notice. */
  readonly producerHears?: "redis_unavailable";
  /** Owners stay owners, so that what runs need not be executed again. */
  readonly keepsLeases?: true;
  /** The worker is not shown as there meanwhile, to those who reach Redis. */
  readonly hidesWorker?: true;
}

/** How often the worker may say one thing about each run in hand, at warning level or above, in three seconds. */
const timesPerRunMax = 8;
const saidWithinMs = 3_000;
/** A producer is not kept waiting longer. */
const producerMsMax = 15_000;
/** Share of one core that worker and producer together may use while they can do nothing. */
const idleCpuShareMax = 0.5;
/** A shorter time has too few CPU ticks, and the end of what was on its way. */
const measuredMsMin = 2_000;

export interface TroubleScene {
  /** Makes the trouble while runs are in hand and checks all that must hold. Rejects with what does not. */
  suffer(trouble: Trouble): Promise<void>;
  close(): Promise<void>;
}

export async function openTroubleScene(): Promise<TroubleScene> {
  const folder = await mkdtemp(join(tmpdir(), "runfleet-trouble-"));
  const redis = await startRestartableRedis(folder);
  const wire = await openTcpProxy(redis.port);
  const client = createClient({ redis: wire.url, namespace: "trouble" });
  await client.publish([{ source: workflow }]);
  const lines: string[] = [];
  const keep = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: ActionLog = { debug: () => {}, info: () => {}, warn: keep, error: keep };
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  process.on("unhandledRejection", onEscaped);
  const worker = await startWorker({ redisUrl: wire.url, folder, log });
  return {
    async suffer(trouble) {
      const ids = await takenRuns(client);
      lines.splice(0);
      const beganAt = performance.now();
      await makeTrouble(trouble, { scene: { wire, redis }, client });
      for (const id of ids) await completed(client, id);
      if (trouble.keepsLeases) expect(lines.filter((line) => line.startsWith("lease lost"))).toEqual([]);
      const spells = Math.max(1, (performance.now() - beganAt) / saidWithinMs);
      expect(Math.max(0, ...countAlike(lines).values())).toBeLessThanOrEqual(
        timesPerRunMax * runsInHand * spells,
      );
      expect(escaped).toEqual([]);
    },
    async close() {
      process.off("unhandledRejection", onEscaped);
      await worker.stop();
      await client.close();
      await wire.close();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function startWorker(options: {
  readonly redisUrl: string;
  readonly folder: string;
  readonly log: ActionLog;
}): Promise<FleetWorker> {
  const { redisUrl, folder, log } = options;
  const work = async ({ action }: { readonly action: string }) => {
    await pause(40);
    return { markers: action === "work" ? ["more"] : [] };
  };
  return createFleetWorker({
    ...{ redisUrl, namespace: "trouble", workDir: folder, sweepMs: 1_000, log, leaseTtlMs },
    config: { fallback: { name: "any", run: work } },
  });
}

async function takenRuns(client: FleetClient): Promise<readonly string[]> {
  const runs = await Promise.all(Array.from({ length: runsInHand }, () => client.start("troubled")));
  for (const run of runs) {
    await eventually("the run is in hand", async () =>
      (await run.get()).steps.length > 0 ? true : undefined,
    );
  }
  return runs.map(({ id }) => id);
}

async function makeTrouble(
  trouble: Trouble,
  { scene, client }: { readonly scene: Scene; readonly client: FleetClient },
): Promise<void> {
  const { forMs, producerHears } = trouble;
  const beganAt = performance.now();
  await trouble.begin(scene);
  const cpuBefore = process.cpuUsage();
  const heard = producerHears && client.start("troubled").catch((error: unknown) => error);
  const answeredMs = heard?.then(() => performance.now() - beganAt);
  await pause(forMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  if (trouble.hidesWorker) expect(await workersSeen(scene.redis.url)).toBe(0);
  await trouble.end?.(scene);
  if (forMs >= measuredMsMin) expect((user + system) / 1_000 / forMs).toBeLessThan(idleCpuShareMax);
  if (heard !== undefined) {
    expect(await heard).toMatchObject({ code: producerHears, retryable: true });
    expect(await answeredMs).toBeLessThan(producerMsMax);
  }
  if (trouble.hidesWorker)
    await eventually("the worker is shown again", async () =>
      (await workersSeen(scene.redis.url)) === 1 ? true : undefined,
    );
}

async function completed(client: FleetClient, id: string): Promise<void> {
  const ended = await eventually("the run ends", async () => {
    const run = await client.get(id).catch(() => undefined);
    return run?.status === "completed" ? run : undefined;
  });
  expect(ended.steps.filter((step) => step.name === "work")).toHaveLength(12);
}

/** Over a connection that nothing happens to. */
async function workersSeen(redisUrl: string): Promise<number> {
  const client = createClient({ redis: redisUrl, namespace: "trouble" });
  try {
    return (await client.fleet()).workers.length;
  } finally {
    await client.close();
  }
}

/** What was said → how often; ids and numbers make no difference. */
function countAlike(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const said = line.replaceAll(/[0-9A-Z]{26}|[0-9a-f]{40}|\d+/g, "…").slice(0, 120);
    counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  return counts;
}
