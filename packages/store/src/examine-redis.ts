/** Asks a Redis for the settings that decide whether work can be lost, and judges them. A few bounded reads. */
import type { Redis } from "ioredis";
import { isInCluster } from "./connect-redis.js";
import { readLayout } from "./redis/layout.js";
import { withRedis } from "./redis-failure.js";
import { judgeRedis, type RedisFacts, type RedisFinding } from "./redis-findings.js";

const roundTrips = 5;
const settings = ["maxmemory", "maxmemory-policy", "appendonly", "appendfsync", "maxclients"] as const;

/** `tag`: of the fleet whose data it holds. Throws `redis_unavailable` when it cannot be reached. */
export async function examineRedis(redis: Redis, tag: string): Promise<readonly RedisFinding[]> {
  const layout = await readLayout({ redis, tag });
  return judgeRedis({ ...(await withRedis("examine", () => readFacts(redis))), layout });
}

async function readFacts(redis: Redis): Promise<Omit<RedisFacts, "layout">> {
  const { clockAheadMs, roundTripMs } = await measure(redis);
  const info = await readInfo(redis);
  const config = await readConfig(redis);
  return {
    version: info.get("redis_version"),
    role: info.get("role"),
    isMember: info.has("cluster_enabled") ? info.get("cluster_enabled") === "1" : undefined,
    isAskedAsMember: isInCluster(redis),
    replicas: numberOf(info.get("connected_slaves")),
    evictionPolicy: config.get("maxmemory-policy") ?? info.get("maxmemory_policy"),
    appendOnly: config.get("appendonly") ?? yesOrNo(info.get("aof_enabled")),
    appendFsync: config.get("appendfsync"),
    lastWriteStatus: info.get("aof_last_write_status"),
    usedMemory: numberOf(info.get("used_memory")),
    maxMemory: numberOf(config.get("maxmemory") ?? info.get("maxmemory")),
    clients: numberOf(info.get("connected_clients")),
    maxClients: numberOf(config.get("maxclients") ?? info.get("maxclients")),
    clockAheadMs,
    roundTripMs,
  };
}

/** The clock is read in the fastest round trip, where its error is smallest. */
async function measure(redis: Redis): Promise<Pick<RedisFacts, "clockAheadMs" | "roundTripMs">> {
  const trips: { readonly tookMs: number; readonly aheadMs: number }[] = [];
  for (let trip = 0; trip < roundTrips; trip += 1) {
    const startedAt = Date.now();
    const started = performance.now();
    const [seconds, microseconds] = (await redis.time()).map(Number);
    const tookMs = performance.now() - started;
    const serverMs = (seconds ?? 0) * 1000 + (microseconds ?? 0) / 1000;
    trips.push({ tookMs, aheadMs: serverMs - (startedAt + tookMs / 2) });
  }
  trips.sort((a, b) => a.tookMs - b.tookMs);
  return { clockAheadMs: trips[0]?.aheadMs ?? 0, roundTripMs: trips[roundTrips >> 1]?.tookMs ?? 0 };
}

async function readInfo(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const lines = (await redis.info()).split(/\r?\n/);
  return new Map(lines.map((line) => splitOnce(line)));
}

function splitOnce(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
}

/** Managed servers refuse this command; what it would have told stays unknown. */
async function readConfig(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const config = new Map<string, string>();
  for (const setting of settings) {
    try {
      const [, value] = (await redis.config("GET", setting)) as string[];
      if (value !== undefined) config.set(setting, value);
    } catch (error) {
      if (!(error instanceof Error && error.name === "ReplyError")) throw error;
    }
  }
  return config;
}

function numberOf(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function yesOrNo(flag: string | undefined): string | undefined {
  if (flag === undefined) return undefined;
  return flag === "1" ? "yes" : "no";
}
