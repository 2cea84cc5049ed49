/**
 * A worker of the fleet: composes store, leases, queue and activations, and ends in order.
 *
 *   starting → working → stopping (no new jobs, activations yield, running attempts get their grace) → stopped
 */
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { CancelFeed, LeaseStore, RunQueue, RunStore } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { createRunQueue } from "@runfleet/queue";
import {
  connectRedis,
  createRedisStore,
  createRedlockLeases,
  examineRedis,
  newRunId,
  partitionTag,
  type RedisFinding,
} from "@runfleet/store";
import type { ActionLog } from "./action.js";
import { createActivator } from "./activator.js";
import type { WorkerConfig } from "./config.js";
import { createDefinitions } from "./definitions.js";
import { createLeaseKeeper } from "./lease-keeper.js";
import type { OutboxPorts } from "./outbox.js";
import { performEntries, wakeParent } from "./outbox.js";
import { announcePresence } from "./presence.js";
import { createRegistry } from "./registry.js";
import { feedSinks } from "./sinks.js";
import { createSweeper } from "./sweeper.js";
import { keepFoldersClean } from "./work-folders.js";

export interface FleetWorkerOptions {
  readonly redisUrl: string;
  /**
   * Independent Redis servers that keep the leases; a run may be owned while a majority of them grants it. All workers
   * of a fleet must name the same ones. Default: the fleet's own Redis.
   */
  readonly leaseRedisUrls?: readonly string[];
  readonly namespace?: string;
  readonly partition?: number;
  readonly config: WorkerConfig;
  /** Runs in hand at once; default 32. */
  readonly concurrency?: number;
  readonly pools?: readonly string[];
  readonly workerId?: string;
  readonly log: ActionLog;
  /** Default 10 s: a dead worker's runs go on elsewhere within this time and 2 s. */
  readonly leaseTtlMs?: number;
  /** Directory of runs and logs; default `.runfleet/work` below the current directory. */
  readonly workDir?: string;
  /** How long ended runs are kept; default 7 days. */
  readonly retentionMs?: number;
  /** How often what a dead worker left behind is looked for; default 5 s. */
  readonly sweepMs?: number;
  /** Time running attempts get after `stop()` before they are aborted; default 10 s. */
  readonly graceMs?: number;
}

export interface FleetWorker {
  readonly id: string;
  /** Resolves when nothing of this worker runs any more. */
  stop(): Promise<void>;
}

/** Attempts of one run that run on one worker at once; further parallel branches wait for a place. */
const parallelMax = 64;
/** How long a script may live after SIGTERM. */
const killGraceMs = 5_000;

export async function createFleetWorker(options: FleetWorkerOptions): Promise<FleetWorker> {
  const { config, log } = options;
  const workerId = options.workerId ?? `${hostname()}-${process.pid}-${newRunId(Date.now()).slice(-6)}`;
  const leaseTtlMs = options.leaseTtlMs ?? 10_000;
  const ports = openPorts(options, { workerId, leaseTtlMs });
  const { store, leases, queue } = ports;
  const concurrency = options.concurrency ?? 32;
  const pools = options.pools ?? ["default"];
  const definitions = createDefinitions(store);
  const outbox: OutboxPorts = { store, queue, definitions, now: Date.now };
  const onError = (error: unknown): void => log.warn("worker trouble", { error: String(error) });
  const renewMs = Math.floor(leaseTtlMs / 3);
  const keeper = createLeaseKeeper({ leases, ttlMs: leaseTtlMs, renewMs, onError });
  const workDir = resolve(options.workDir ?? join(".runfleet", "work"));
  const activator = createActivator({
    ...{ workerId, store, leases, keeper, leaseTtlMs, definitions, config, log, killGraceMs, workDir },
    registry: createRegistry(config, store),
    ports: {
      ...{ store, log, parallelMax, now: Date.now },
      retentionMs: options.retentionMs ?? limits.endedRunKeptMs,
      stopGraceMs: options.graceMs ?? 10_000,
      performOutbox: (entries, run) => performEntries(entries, { ports: outbox, known: run, onError }),
      wakeParent: (run) => wakeParent(run, { ports: outbox, onError }),
    },
  });

  const busy = (): number => activator.busy;
  ports.examineRedis().then((findings) => warnOf(findings, log), onError);
  const presence = announcePresence({ store, workerId, pools, slots: concurrency, busy, onError });
  const unsubscribe = await store.subscribe((runId) => activator.poke(runId));
  const handle = ({ runId }: { readonly runId: string }) => activator.handle(runId);
  const consumers = await Promise.all(
    pools.map((pool) => queue.consume({ pool, concurrency, onError, handle })),
  );
  const sweeper = createSweeper({
    ports: outbox,
    silentMs: leaseTtlMs,
    intervalMs: options.sweepMs ?? 5_000,
    log,
  });
  const sinks = feedSinks({ store, sinks: config.sinks ?? [], workerId, log });

  const stopCleaning = keepFoldersClean({ rootDir: workDir, onError });

  const shutDown = async (): Promise<void> => {
    sweeper.stop();
    stopCleaning();
    await sinks.stop();
    await Promise.all(consumers.map((consumer) => consumer.pause()));
    activator.stopAll();
    await Promise.all(consumers.map((consumer) => consumer.close()));
    keeper.stop();
    await presence.withdraw();
    await unsubscribe();
    await ports.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    id: workerId,
    stop() {
      stopped ??= shutDown();
      return stopped;
    },
  };
}

/** Said once, at the start: who runs the fleet should know before something is lost. */
function warnOf(findings: readonly RedisFinding[], log: ActionLog): void {
  for (const { check, status, found, remedy } of findings) {
    if (status !== "problem" && status !== "warning") continue;
    log.warn("Redis is not set up for a fleet", { check, status, found, remedy });
  }
}

interface Ports {
  readonly store: RunStore & CancelFeed;
  readonly leases: LeaseStore;
  readonly queue: RunQueue;
  examineRedis(): Promise<readonly RedisFinding[]>;
  close(): Promise<void>;
}

function openPorts(
  options: FleetWorkerOptions,
  { workerId, leaseTtlMs }: { readonly workerId: string; readonly leaseTtlMs: number },
): Ports {
  const place = { namespace: options.namespace ?? "rf", partition: options.partition ?? 0 };
  const redis = connectRedis(options.redisUrl, { role: "worker", name: `runfleet-${workerId}` });
  // Leases have connections of their own: a long reply to anybody else must not delay a renewal.
  const leaseRedis = (options.leaseRedisUrls ?? [options.redisUrl]).map((url) =>
    connectRedis(url, { role: "client", name: `runfleet-lease-${workerId}` }),
  );
  const store = createRedisStore({
    redis,
    leases: options.leaseRedisUrls === undefined ? "here" : "elsewhere",
    ...place,
  });
  const leases = createRedlockLeases({ clients: leaseRedis, ...place });
  const queue = createRunQueue({
    connection: redis,
    tag: partitionTag(place.namespace, place.partition),
    // The job comes back when the lease may be taken: one of the two alone would only wait for the other.
    lockDurationMs: leaseTtlMs,
  });
  return {
    store,
    leases,
    queue,
    examineRedis: () => examineRedis(redis),
    async close() {
      await queue.close();
      await leases.close();
      await store.close();
      redis.disconnect();
      for (const client of leaseRedis) client.disconnect();
    },
  };
}
