/** A worker of the fleet on Redis: opens its connections, chooses what was left open, and closes everything at the end. */
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { createRecorder, type Recorder } from "@runfleet/metrics";
import type { CancelFeed, LeaseStore, RunQueue, RunStore } from "@runfleet/model";
import { createRunQueue } from "@runfleet/queue";
import {
  claimLayout,
  connectRedis,
  createRedisStore,
  createRedlockLeases,
  createSecretBox,
  examineRedis,
  newRunId,
  partitionTag,
  type RedisFinding,
} from "@runfleet/store";
import type { ActionLog } from "./action.js";
import { assembleWorker } from "./assemble-worker.js";
import type { WorkerConfig } from "./config.js";
import { watchFetches } from "./fetch-watch.js";
import { createFleetClock, type FleetClock } from "./fleet-clock.js";
import { feedSinks } from "./sinks.js";
import { keepFoldersClean } from "./work-folders.js";
import { componentLogs, troubleIn, type WorkerLog } from "./worker-log.js";

export interface FleetWorkerOptions {
  /** `redis://`, `rediss://`, or of a cluster `redis-cluster://` and `rediss-cluster://`. */
  readonly redisUrl: string;
  /**
   * Independent Redis servers that keep the leases; a run may be owned while a majority of them grants it. All workers
   * of a fleet must name the same ones. Default: the fleet's own Redis.
   */
  readonly leaseRedisUrls?: readonly string[];
  readonly namespace?: string;
  readonly partition?: number;
  readonly config: WorkerConfig;
  /**
   * Keys for secret inputs as `RUNFLEET_SECRET_KEYS` has them, `id:base64` between commas: the first encrypts, all decrypt.
   * Absent: secrets that were sealed with a key cannot be read.
   */
  readonly secretKeys?: string;
  /** Runs in hand at once; default 32. */
  readonly concurrency?: number;
  readonly pools?: readonly string[];
  /** Unique in the fleet; default `newWorkerId()`. */
  readonly workerId?: string;
  /** One for all lines, which then say `component`, or one for each component of the worker (`logComponents` of the model). */
  readonly log: WorkerLog;
  /** Counts what the worker does, see `@runfleet/metrics`; whoever made it reads it. Default: nobody does. */
  readonly recorder?: Recorder<"worker">;
  /**
   * Default 10 s: a dead worker's runs go on elsewhere within this time and 2 s; with 1 s, within 2 s. A worker that stands still
   * for longer, by a pause of its machine or an action that blocks, loses what it has in hand.
   */
  readonly leaseTtlMs?: number;
  /** Directory of runs and logs; default `.runfleet/work` below the current directory. */
  readonly workDir?: string;
  /** How often what a dead worker left behind is looked for; default 5 s. */
  readonly sweepMs?: number;
  /** Time running attempts get after `stop()` before they are aborted; default 10 s. */
  readonly graceMs?: number;
  /** Without an answer of Redis for this long it says that it takes no runs. Default 12 s: three rounds of presence, and a little. */
  readonly silentMsMax?: number;
}

export interface FleetWorker {
  readonly id: string;
  /** Why it takes no runs: it stops, or Redis has not answered for a while. Absent: it takes them. */
  unready(): string | undefined;
  /** Why only a restart would help; absent: it would not. A Redis that is away is no reason, since it comes back. */
  stuck(): string | undefined;
  /** Runs in hand now. */
  busy(): number;
  /** Resolves when nothing of this worker runs any more. */
  stop(): Promise<void>;
}

/** Host, process and something by which two of one process are told apart. */
export function newWorkerId(): string {
  return `${hostname()}-${process.pid}-${newRunId(Date.now()).slice(-6)}`;
}

/**
 * How often jobs of dead workers are looked for: it takes two looks, the first after the last renewal and the second after
 * the lease, so with a short lease a look each second would be most of a takeover.
 */
const looksPerLease = 4;
const stalledLookMsMax = 1_000;
/** One lost answer is nothing. */
const defaultSilentMsMax = 12_000;

export async function createFleetWorker(options: FleetWorkerOptions): Promise<FleetWorker> {
  const { config } = options;
  const workerId = options.workerId ?? newWorkerId();
  const log = componentLogs(options.log, { worker: workerId });
  const leaseTtlMs = options.leaseTtlMs ?? 10_000;
  const { namespace = "rf", secretKeys: keys } = options;
  const secrets = createSecretBox({ namespace, ...(keys === undefined ? {} : { keys }) });
  const clock = createFleetClock();
  const recorder = options.recorder ?? createRecorder("worker", namespace);
  const { store, leases, queue, close, examineRedis, claimLayout } = openPorts(options, {
    ...{ workerId, leaseTtlMs, clock, recorder },
  });
  await closedOnFailure(claimLayout, close);
  const onError = troubleIn(log("process"));
  const workDir = resolve(options.workDir ?? join(".runfleet", "work"));
  examineRedis().then((findings) => warnOf(findings, log("process")), onError);
  const { concurrency = 32, pools = ["default"], silentMsMax = defaultSilentMsMax } = options;
  // Nobody has heard of a worker that is not there yet.
  let silentMs = (): number => Number.POSITIVE_INFINITY;
  const fetches = watchFetches({
    ...{ pools, slots: concurrency, clock, onError },
    isHeard: () => silentMs() <= silentMsMax,
    backlog: (pool) => queue.backlog(pool, { dueBefore: clock.now() }),
  });
  const working = await assembleWorker({
    ...{ namespace, workerId, store, leases, queue, config, leaseTtlMs, workDir, secrets, recorder },
    log: options.log,
    clock,
    setClock: clock.setBy,
    random: Math.random,
    ...{ concurrency, pools, fetches },
    sweepMs: options.sweepMs ?? 5_000,
    graceMs: options.graceMs ?? 10_000,
  });
  silentMs = working.silentMs;
  const sinks = feedSinks({ store, sinks: config.sinks ?? [], workerId, log: log("sink") });
  const stopCleaning = keepFoldersClean({ rootDir: workDir, onError });

  const shutDown = async (): Promise<void> => {
    fetches.stop();
    stopCleaning();
    await sinks.stop();
    await working.stop();
    await close();
  };
  let stopped: Promise<void> | undefined;
  return {
    id: workerId,
    unready() {
      if (stopped !== undefined) return "it was asked to stop";
      const silentMs = working.silentMs();
      return silentMs > silentMsMax
        ? `Redis has not answered for ${Math.round(silentMs / 1_000)} s`
        : undefined;
    },
    stuck: () => (stopped === undefined ? fetches.stuck() : undefined),
    busy: () => working.busy(),
    stop() {
      stopped ??= shutDown();
      return stopped;
    },
  };
}

/** A worker that must not begin holds no connections. */
async function closedOnFailure(begin: () => Promise<void>, close: () => Promise<void>): Promise<void> {
  try {
    await begin();
  } catch (error) {
    await close();
    throw error;
  }
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
  claimLayout(): Promise<void>;
  close(): Promise<void>;
}

function openPorts(
  options: FleetWorkerOptions,
  owner: {
    readonly workerId: string;
    readonly leaseTtlMs: number;
    readonly clock: FleetClock;
    readonly recorder: Recorder<"worker">;
  },
): Ports {
  const { workerId, leaseTtlMs, clock } = owner;
  const commands = owner.recorder.counter("runfleet_redis_commands_total");
  const onCommand = (): void => commands.add(1);
  const place = { namespace: options.namespace ?? "rf", partition: options.partition ?? 0 };
  const tag = partitionTag(place.namespace, place.partition);
  const redis = connectRedis(options.redisUrl, {
    ...{ role: "worker", tag, name: `runfleet-${workerId}`, onCommand },
  });
  // Leases have connections of their own: a long reply to anybody else must not delay a renewal.
  const leaseRedis = (options.leaseRedisUrls ?? [options.redisUrl]).map((url) =>
    connectRedis(url, { role: "client", tag, name: `runfleet-lease-${workerId}`, onCommand }),
  );
  const store = createRedisStore({
    redis,
    leases: options.leaseRedisUrls === undefined ? "here" : "elsewhere",
    ...place,
  });
  const leases = createRedlockLeases({ clients: leaseRedis, ...place });
  const queue = createRunQueue({
    connection: redis,
    tag,
    // The job comes back when the lease may be taken: one of the two alone would only wait for the other.
    lockDurationMs: leaseTtlMs,
    stalledIntervalMs: Math.min(stalledLookMsMax, leaseTtlMs / looksPerLease),
    now: clock.now,
  });
  return {
    store,
    leases,
    queue,
    examineRedis: () => examineRedis(redis, tag),
    claimLayout: () => claimLayout({ redis, tag, workers: () => store.listWorkers() }),
    async close() {
      await queue.close();
      await leases.close();
      await store.close();
      redis.disconnect();
      for (const client of leaseRedis) client.disconnect();
    },
  };
}
