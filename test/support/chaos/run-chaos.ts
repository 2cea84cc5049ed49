/**
 * A whole chaos run: an embedded Redis, workers, traffic, trouble; then quiet, evidence, judgement. Prints the seed at
 * the beginning and the figures at the end.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient, type FleetClient } from "@runfleet/client";
import { connectRedis, partitionTag } from "@runfleet/store";
import { startEmbeddedRedis } from "@runfleet/testing";
import { createRandom } from "../../simulation/random.js";
import { eventually } from "../eventually.js";
import { type Evidence, openRuns, readLeftovers, readRuns } from "./evidence.js";
import { findViolations } from "./invariants.js";
import { ledgerVariable, readEffects } from "./ledger.js";
import { startTraffic } from "./traffic.js";
import { type BlowCounts, makeTrouble } from "./trouble.js";
import { readComplaints } from "./worker-logs.js";
import { createWorkerPlace, type WorkerPlace } from "./worker-process.js";

export interface ChaosOptions {
  readonly seed: number;
  /** How long workers are troubled; what follows takes about a lease time and ten seconds more. */
  readonly troubleMs: number;
  readonly workers: number;
  /** Runs of each scenario per round. */
  readonly perRound: number;
  readonly roundMs: number;
}

export interface ChaosReport {
  readonly blows: BlowCounts;
  /** Runs that another worker took over from one that had not given them away. */
  readonly takeovers: number;
  /** Effects of attempts that were executed again. */
  readonly repeatedEffects: number;
  /** Effects that a former owner had after a later one. */
  readonly lateEffects: number;
  readonly violations: readonly string[];
  /** All figures for a person. */
  readonly text: string;
}

const namespace = "chaos";
const leaseTtlMs = 3_000;
const graceMs = 2_000;
/** Everything a frozen or dead worker held is taken over and done long before. */
const calmMsMax = 60_000;
/** A sweeper's interval, and its patience with outbox entries. */
const tidyMsMax = 20_000;
const cache = fileURLToPath(new URL("../../../.cache/runfleet", import.meta.url));

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, troubleMs, workers } = options;
  console.log(
    `chaos: seed ${seed} (RUNFLEET_CHAOS_SEED=${seed} repeats it), ${troubleMs / 1_000} s of trouble`,
  );
  const folder = await mkdtemp(join(tmpdir(), "runfleet-chaos-"));
  const server = await startEmbeddedRedis({ dir: join(folder, "redis"), cacheDir: cache });
  const client = createClient({ redis: server.url, namespace, actor: "chaos" });
  const places = Array.from({ length: workers }, (_, index) =>
    createWorkerPlace({ name: `worker-${index + 1}`, folder, env: workerEnv(folder, server.url) }),
  );
  const killAll = (): void => {
    for (const place of places) void place.kill();
  };
  process.once("exit", killAll);
  try {
    await mkdir(join(folder, "home"));
    await Promise.all(places.map((place) => place.start()));
    const startedAt = performance.now();
    const blows = await troubledTraffic({ client, places }, options);
    const evidence = await gather({ client, redisUrl: server.url, folder });
    const report = judge(evidence, { blows, seconds: (performance.now() - startedAt) / 1_000 });
    console.log(report.text);
    for (const [complaint, count] of await readComplaints(folder))
      console.log(`chaos: workers, ${count} times: ${complaint}`);
    return report;
  } finally {
    await Promise.all(places.map((place) => place.kill()));
    process.off("exit", killAll);
    await client.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function workerEnv(folder: string, redisUrl: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    REDIS_URL: redisUrl,
    RUNFLEET_NAMESPACE: namespace,
    RUNFLEET_HOME: join(folder, "home"),
    RUNFLEET_LEASE_TTL_MS: String(leaseTtlMs),
    RUNFLEET_GRACE_MS: String(graceMs),
    [ledgerVariable]: ledgerFile(folder),
  };
}

function ledgerFile(folder: string): string {
  return join(folder, "ledger.txt");
}

async function troubledTraffic(
  { client, places }: { readonly client: FleetClient; readonly places: readonly WorkerPlace[] },
  { seed, troubleMs, perRound, roundMs }: ChaosOptions,
): Promise<BlowCounts> {
  const traffic = await startTraffic({ client, perRound, roundMs });
  try {
    const random = createRandom(seed);
    const blows = await makeTrouble({ places, random, durationMs: troubleMs, leaseTtlMs });
    await traffic.stopStarting();
    // Runs that do not end are found by the judgement, which says more about them.
    await eventually("every run has ended", () => noneLeft(() => openRuns(client)), calmMsMax).catch(
      () => {},
    );
    return blows;
  } finally {
    await traffic.close();
  }
}

async function gather(place: {
  readonly client: FleetClient;
  readonly redisUrl: string;
  readonly folder: string;
}): Promise<Evidence> {
  const redis = connectRedis(place.redisUrl, { role: "client" });
  const read = (): Promise<readonly string[]> => readLeftovers(redis, partitionTag(namespace, 0));
  try {
    await eventually("Redis is tidy", () => noneLeft(read), tidyMsMax).catch(() => {});
    return {
      runs: await readRuns(place.client),
      effects: readEffects(ledgerFile(place.folder)),
      leftovers: await read(),
    };
  } finally {
    redis.disconnect();
  }
}

async function noneLeft(read: () => Promise<readonly string[]>): Promise<true | undefined> {
  return (await read()).length === 0 ? true : undefined;
}

function judge(
  evidence: Evidence,
  { blows, seconds }: { readonly blows: BlowCounts; readonly seconds: number },
): ChaosReport {
  const { runs, effects } = evidence;
  const violations = findViolations(evidence);
  const steps = runs.flatMap(({ history }) => history.filter(({ type }) => type === "step.completed")).length;
  const takeovers = runs
    .flatMap(({ history }) => history)
    .filter((event) => event.type === "lease.acquired" && event.tookOver).length;
  const attempts = new Set(effects.map(({ key, attempt }) => `${key}#${attempt}`));
  const repeatedEffects = effects.length - attempts.size;
  const newest = new Map<string, number>();
  let lateEffects = 0;
  for (const { key, token } of effects) {
    if (token < (newest.get(key) ?? 0)) lateEffects += 1;
    newest.set(key, Math.max(token, newest.get(key) ?? 0));
  }
  const text = [
    `chaos: ${blows.kill} kills, ${blows.freeze} freezes beyond the lease, ${blows.end} orderly restarts in ${seconds.toFixed(0)} s`,
    `chaos: ${runs.length} runs, ${steps} steps, ${takeovers} takeovers`,
    `chaos: ${effects.length} effects, ${repeatedEffects} of them repeated, ${lateEffects} of former owners after a later one`,
    `chaos: ${violations.length} violations`,
    ...violations.slice(0, 50).map((violation) => `  ${violation}`),
  ].join("\n");
  return { blows, takeovers, repeatedEffects, lateEffects, violations, text };
}
