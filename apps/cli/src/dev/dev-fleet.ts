/**
 * A whole fleet for one project on one machine: Redis (embedded unless one is named), worker processes, the server.
 * Everything it starts ends with it. Handles no signals and prints nothing; that is the caller's part.
 */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient, type FleetClient } from "@runfleet/client";
import type { ScalingPolicyInput } from "@runfleet/model";
import { createShutdown, type Shutdown } from "@runfleet/service";
import { startEmbeddedRedis } from "@runfleet/testing";
import { defaultNamespace } from "../find-fleet.js";
import { cacheFolder, logsFolder, type Place } from "../home.js";
import { type LoadedConfig, loadConfig } from "../load-config.js";
import { publishFiles } from "../publish-files.js";
import { claimHome, type HomeClaim } from "./dev-state.js";
import { type KeptProcess, keepProcess } from "./keep-process.js";
import { type ServerPort, serveFleet } from "./serve-fleet.js";

export interface DevFleetOptions {
  /** Folder for state, data and logs; created when missing. */
  readonly home: string;
  /** Worker processes; 0 = only Redis and server. */
  readonly workers: number;
  /** Runs that one worker executes at once. */
  readonly concurrency: number;
  /** Port of the server on loopback; absent = no server. */
  readonly port?: ServerPort;
  /** What the person typed to start this fleet, for hints: `runfleet dev`. */
  readonly typed: string;
  /** Configuration of the workers; absent = the nearest `runfleet.config.*` of `cwd`. */
  readonly configPath?: string;
  /** Absent = an embedded Redis with its data in `home`. */
  readonly redisUrl?: string;
  readonly namespace?: string;
  /** Scaling policies by pool, set before a worker starts. Default: those that are set stay. */
  readonly scaling?: Readonly<Record<string, ScalingPolicyInput>>;
  /** Gets one line for everything a person should know. */
  readonly log: (line: string) => void;
  /** Default: those of this process. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface DevFleet {
  readonly redisUrl: string;
  readonly namespace: string;
  readonly home: string;
  /** Absent without a server. */
  readonly serverUrl?: string;
  /** Names of the workflows published at the start, out of the configuration's folder. */
  readonly published: readonly string[];
  /** A client of this fleet; closed by `stop`. */
  readonly client: FleetClient;
  workerPids(): readonly number[];
  /** Stops everything in order; resolves when no process is left. Harmless when called twice. */
  stop(): Promise<void>;
  /** Ends all processes at once, without waiting. */
  kill(): void;
}

const program = fileURLToPath(new URL("../../bin/runfleet.js", import.meta.url));
/** Time a worker gets to finish or give up its steps; its own limit is shorter. */
const workerStopMs = 20_000;
const stopGraceMs = 40_000;

/**
 * Resolves when Redis answers, the workflows are published, the server listens and every worker works.
 * Throws `invalid_usage` (a fleet runs in this home, the port is taken), `invalid_config`, `invalid_definition`,
 * `redis_unavailable`; whatever was started is stopped before.
 */
export async function startDevFleet(options: DevFleetOptions): Promise<DevFleet> {
  const shutdown = createShutdown({ graceMs: stopGraceMs, log: options.log, signals: [] });
  try {
    return await start(options, shutdown);
  } catch (error) {
    await shutdown.stop("the start failed");
    throw error;
  }
}

/** What the parts of a start work with. */
interface Start {
  readonly options: DevFleetOptions;
  readonly shutdown: Shutdown;
  readonly place: Place;
  readonly home: string;
  readonly namespace: string;
  readonly config: LoadedConfig;
  readonly claim: HomeClaim;
}

async function start(options: DevFleetOptions, shutdown: Shutdown): Promise<DevFleet> {
  const place = { cwd: options.cwd ?? process.cwd(), env: options.env ?? process.env };
  const home = resolve(place.cwd, options.home);
  const namespace = options.namespace ?? defaultNamespace;
  const config = await loadConfig(options.configPath, place);
  const claim = await claimHome(home, namespace);
  shutdown.add("state file", () => claim.release());
  const parts: Start = { options, shutdown, place, home, namespace, config, claim };

  const redis = await startRedis(parts);
  const client = createClient({ redis: redis.url, namespace, actor: "dev", log: options.log });
  shutdown.add("client", () => client.close());
  for (const [pool, policy] of Object.entries(options.scaling ?? {})) await client.setScaling(pool, policy);
  const published = await publishFolder(parts, client);
  const serverUrl = await serve(parts, { client, redis: redis.url });
  const workers = await startWorkers(parts, redis.url);
  await claim.update({ redisUrl: redis.url, ...(serverUrl === undefined ? {} : { serverUrl }) });
  await Promise.all(workers.map((worker) => worker.ready));
  return {
    redisUrl: redis.url,
    namespace,
    home,
    published,
    client,
    ...(serverUrl === undefined ? {} : { serverUrl }),
    workerPids: () => pidsOf(workers),
    stop: () => shutdown.stop("stopped"),
    kill: () => {
      for (const worker of workers) worker.kill();
      redis.kill();
    },
  };
}

async function startRedis(start: Start): Promise<{ readonly url: string; kill(): void }> {
  const { options, shutdown, place, home, claim } = start;
  if (options.redisUrl !== undefined) {
    await claim.update({ redisKind: "external" });
    return { url: options.redisUrl, kill: () => {} };
  }
  const redis = await startEmbeddedRedis({
    dir: join(home, "redis"),
    cacheDir: cacheFolder(home, place),
    log: options.log,
    appendOnly: true,
    env: place.env,
  });
  shutdown.add("Redis", () => redis.stop());
  await claim.update({ redisKind: redis.kind, redisPid: redis.pid });
  return { url: redis.url, kill: () => killProcess(redis.pid) };
}

/** Publishes what the configuration's folder holds. Also the first thing asked of Redis: it must answer. */
async function publishFolder({ config, place }: Start, client: FleetClient): Promise<readonly string[]> {
  await client.list({ limit: 1 });
  if (config.workflowsFolder === undefined) return [];
  const versions = await publishFiles(client, [config.workflowsFolder], place.cwd);
  return versions.map(({ name }) => name);
}

async function serve(
  { options, shutdown, namespace }: Start,
  { client, redis }: { readonly client: FleetClient; readonly redis: string },
): Promise<string | undefined> {
  if (options.port === undefined) return undefined;
  const { port, typed, log } = options;
  const server = await serveFleet({
    ...{ fleet: client, port, typed, log },
    board: { redis, namespace },
  });
  shutdown.add("server", () => server.stop());
  return server.url;
}

async function startWorkers(start: Start, redisUrl: string): Promise<readonly KeptProcess[]> {
  const { options, shutdown, place, home, namespace, config, claim } = start;
  await mkdir(logsFolder(home), { recursive: true });
  const workers: KeptProcess[] = [];
  shutdown.add("workers", async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  });
  const noteChange = (): void => {
    claim
      .update({ workerPids: pidsOf(workers) })
      .catch((error: unknown) => options.log(`the state file cannot be written: ${String(error)}`));
  };
  const flags = ["--concurrency", String(options.concurrency)];
  if (config.file !== undefined) flags.push("--config", config.file);
  for (let number = 1; number <= options.workers; number += 1) {
    const worker = keepProcess({
      name: `worker ${number}`,
      command: [program, "worker", ...flags],
      // By environment, not by argument: an address may hold a password, and arguments are for everybody to see.
      env: { ...place.env, REDIS_URL: redisUrl, RUNFLEET_NAMESPACE: namespace, RUNFLEET_HOME: home },
      logFile: join(logsFolder(home), `worker-${number}.log`),
      log: options.log,
      stopMs: workerStopMs,
      onChange: noteChange,
    });
    workers.push(worker);
  }
  noteChange();
  return workers;
}

function pidsOf(workers: readonly KeptProcess[]): readonly number[] {
  return workers.flatMap((worker) => worker.pid() ?? []);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}
