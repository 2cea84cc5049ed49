/**
 * A whole chaos run: a Redis, workers, each on a wire of its own, traffic, trouble; then quiet, evidence, judgement. Prints
 * the seed at the beginning and the report at the end.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { connectRedis, partitionTag } from "@runfleet/store";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import { eventually } from "../eventually.js";
import { type Evidence, openRuns, readLeftovers, readRuns } from "./evidence.js";
import { ledgerVariable, placeVariable, readEffects } from "./ledger.js";
import { type ChaosReport, reportOn } from "./report.js";
import { type RestartableRedis, startRestartableRedis } from "./restartable-redis.js";
import { openTcpProxy } from "./tcp-proxy.js";
import { type StartedRun, startTraffic } from "./traffic.js";
import { type Blow, makeTrouble, type Trouble } from "./trouble.js";
import { readWorkerLogs } from "./worker-logs.js";
import { createWorkerPlace, type WorkerPlace } from "./worker-process.js";

export interface ChaosOptions {
  readonly seed: number;
  /** What is done to the fleet; each hits at least once. */
  readonly blows: readonly Blow[];
  /** How long at least; what follows takes about a lease time and ten seconds more. */
  readonly troubleMs: number;
  /** One worker each: what its wall clock is off by. */
  readonly clockShiftsMs: readonly number[];
  /** Runs of each scenario per round. */
  readonly perRound: number;
  readonly roundMs: number;
  /** How long runs have to end when the trouble is over. */
  readonly calmMsMax: number;
  /** Modules that workers load before the product, besides a shifted clock. */
  readonly preloads?: readonly URL[];
}

const namespace = "chaos";
const leaseTtlMs = 3_000;
const graceMs = 2_000;
/** A sweeper's interval, and its patience with outbox entries. */
const tidyMsMax = 20_000;
const shiftedClock = new URL("shifted-clock.mjs", import.meta.url);

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, troubleMs } = options;
  console.log(`chaos: seed ${seed}, at least ${troubleMs / 1_000} s of trouble`);
  const folder = await mkdtemp(join(tmpdir(), "runfleet-chaos-"));
  const redis = await startRestartableRedis(folder);
  const client = createClient({ redis: redis.url, namespace, actor: "chaos" });
  const places = await openPlaces(options, { folder, redis });
  const killAll = (): void => {
    for (const place of places) void place.kill();
  };
  process.once("exit", killAll);
  try {
    await mkdir(join(folder, "home"));
    await Promise.all(places.map((place) => place.start()));
    const startedAt = performance.now();
    const events = await troubledTraffic({ client, places, redis, folder }, options);
    const evidence = await gather({ client, redis, folder, places }, events);
    const seconds = (performance.now() - startedAt) / 1_000;
    const report = reportOn(evidence, { blows: options.blows, seconds, seed });
    console.log(report.text);
    return report;
  } finally {
    await Promise.all(places.map((place) => place.kill()));
    process.off("exit", killAll);
    await client.close();
    await Promise.all(places.map(({ wire }) => wire.close()));
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Scene {
  readonly client: FleetClient;
  readonly redis: RestartableRedis;
  readonly places: readonly WorkerPlace[];
  readonly folder: string;
}

async function openPlaces(
  { clockShiftsMs, preloads = [] }: ChaosOptions,
  { folder, redis }: { readonly folder: string; readonly redis: RestartableRedis },
): Promise<readonly WorkerPlace[]> {
  const opened = clockShiftsMs.map(async (shiftMs, index) => {
    const name = `worker-${index + 1}`;
    const wire = await openTcpProxy(redis.port);
    const imports = [...preloads, ...(shiftMs === 0 ? [] : [shiftedClock])];
    const env = {
      ...process.env,
      REDIS_URL: wire.url,
      RUNFLEET_NAMESPACE: namespace,
      RUNFLEET_HOME: join(folder, "home"),
      RUNFLEET_LEASE_TTL_MS: String(leaseTtlMs),
      RUNFLEET_GRACE_MS: String(graceMs),
      NODE_OPTIONS: imports.map(({ href }) => `--import=${href}`).join(" "),
      CHAOS_CLOCK_SHIFT_MS: String(shiftMs),
      [ledgerVariable]: ledgerFile(folder),
      [placeVariable]: name,
    };
    return createWorkerPlace({ name, folder, env, wire });
  });
  return Promise.all(opened);
}

function ledgerFile(folder: string): string {
  return join(folder, "ledger.txt");
}

interface Events {
  readonly started: readonly StartedRun[];
  readonly troubles: readonly Trouble[];
}

async function troubledTraffic(
  { client, places, redis, folder }: Scene,
  { seed, blows, troubleMs, perRound, roundMs, calmMsMax }: ChaosOptions,
): Promise<Events> {
  const traffic = await startTraffic({ client, perRound, roundMs, ledger: ledgerFile(folder) });
  try {
    const random = createRandom(seed);
    const durationMs = troubleMs;
    const troubles = await makeTrouble({ places, redis, random, blows, durationMs, leaseTtlMs });
    await traffic.stopStarting();
    // Runs that do not end are found by the judgement, which says more about them.
    await eventually("every run has ended", () => noneLeft(() => openRuns(client)), calmMsMax).catch(
      () => {},
    );
    return { started: traffic.started, troubles };
  } finally {
    await traffic.close();
  }
}

async function gather({ client, redis, folder, places }: Scene, events: Events): Promise<Evidence> {
  const tag = partitionTag(namespace, 0);
  const connection = connectRedis(redis.url, { role: "client", tag });
  const read = (): Promise<readonly string[]> => readLeftovers(connection, tag);
  try {
    await eventually("Redis is tidy", () => noneLeft(read), tidyMsMax).catch(() => {});
    return {
      ...events,
      runs: await readRuns(client),
      effects: readEffects(ledgerFile(folder)),
      leftovers: await read(),
      unasked: places.flatMap((place) => place.unasked()),
      logs: await readWorkerLogs(folder),
    };
  } finally {
    connection.disconnect();
  }
}

async function noneLeft(read: () => Promise<readonly string[]>): Promise<true | undefined> {
  return (await read()).length === 0 ? true : undefined;
}
