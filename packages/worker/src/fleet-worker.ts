/** A worker of the fleet on Redis: opens its connections, chooses what was left open, and closes everything at the end. */
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { createRecorder, type Recorder } from "@runfleet/metrics";
import { poolProblem, RunfleetError } from "@runfleet/model";
import { createSecretBox, newRunId, type RedisFinding } from "@runfleet/store";
import type { ActionLog } from "./action.js";
import { assembleWorker } from "./assemble-worker.js";
import type { WorkerConfig } from "./config.js";
import { createFleetClock } from "./fleet-clock.js";
import { feedPartitions, watchPartitions } from "./partitions/each-partition.js";
import { openPorts } from "./partitions/open-ports.js";
import { keepFoldersClean } from "./work-folders.js";
import { componentLogs, troubleIn, type WorkerLog } from "./worker-log.js";

export interface FleetWorkerOptions {
  /**
   * `redis://`, `rediss://`, or of a cluster `redis-cluster://` and `rediss-cluster://`; of several partitions one for all or one
   * each, between spaces.
   */
  readonly redisUrl: string;
  /**
   * Independent Redis servers that keep the leases; a run may be owned while a majority of them grants it. All workers
   * of a fleet must name the same ones. Default: the fleet's own Redis.
   */
  readonly leaseRedisUrls?: readonly string[];
  readonly namespace?: string;
  /** Into how many partitions the namespace is divided: this worker serves them all. Default: as many as addresses. */
  readonly partitions?: number;
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
  /** Without a write that Redis confirmed for this long it says that it takes no runs. Default 12 s: three rounds of presence, and a little. */
  readonly silentMsMax?: number;
}

export interface FleetWorker {
  readonly id: string;
  /** Why it takes no runs: it stops, or Redis has confirmed no write for a while. Absent: it takes them. */
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

/** One lost answer is nothing. */
const defaultSilentMsMax = 12_000;

/** Throws `invalid_usage` for pools and addresses that cannot be. */
export async function createFleetWorker(options: FleetWorkerOptions): Promise<FleetWorker> {
  const { config, pools = ["default"] } = options;
  refuseProblems(pools.map(poolProblem));
  const workerId = options.workerId ?? newWorkerId();
  const log = componentLogs(options.log, { worker: workerId });
  const leaseTtlMs = options.leaseTtlMs ?? 10_000;
  const { namespace = "rf", secretKeys: keys } = options;
  const secrets = createSecretBox({ namespace, ...(keys === undefined ? {} : { keys }) });
  const clock = createFleetClock();
  const recorder = options.recorder ?? createRecorder("worker", namespace);
  const { store, leases, queue, partitions, close } = openPorts(options, {
    ...{ workerId, leaseTtlMs, clock, recorder },
  });
  await closedOnFailure(async () => {
    for (const { claimLayout } of partitions) await claimLayout();
  }, close);
  const onError = troubleIn(log("process"));
  const workDir = resolve(options.workDir ?? join(".runfleet", "work"));
  for (const { examineRedis } of partitions)
    examineRedis().then((findings) => warnOf(findings, log("process")), onError);
  const { concurrency = 32, silentMsMax = defaultSilentMsMax } = options;
  // Nobody has heard of a worker that is not there yet.
  let silentMs = (): number => Number.POSITIVE_INFINITY;
  const fetches = watchPartitions(partitions, {
    ...{ pools, concurrency, clock, onError },
    isHeard: () => silentMs() <= silentMsMax,
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
  const sinks = feedPartitions(partitions, { sinks: config.sinks ?? [], workerId, log: log("sink") });
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
        ? `Redis has confirmed no write for ${Math.round(silentMs / 1_000)} s: it is away, full or read-only`
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

/** Before anything is opened: a pool that cannot be, once announced, is one that nobody can look at. */
function refuseProblems(problems: readonly (string | undefined)[]): void {
  for (const problem of problems)
    if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
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
