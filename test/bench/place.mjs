// The one Redis of a bench, started for it and empty, whose append-only file is written as `--aof` says.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedRedis } from "@runfleet/testing";
import { Redis } from "ioredis";

/**
 * @typedef {"everysec" | "always" | "no"} Aof `no`: no append-only file at all
 * @typedef {{ redis: Redis, redisUrl: string, folder: string, aof: Aof, say: (line: string) => void }} Place
 */

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What a bench leaves for somebody to look at. */
export const profilesFolder = join(root, ".cache", "bench-profile");
/** Runs or jobs one worker has in hand at once; both sides are fastest about here. */
export const concurrency = 64;

/** @param {Place} place @param {string} name @returns {import("./processes.mjs").Setup} */
export function setupOf({ redisUrl, folder }, name) {
  return { redisUrl, name, concurrency, folder: join(folder, "work") };
}

/**
 * @template T
 * @param {Aof} aof
 * @param {(place: Place) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withPlace(aof, use) {
  const folder = join(root, ".cache", "bench");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const say = (/** @type {string} */ line) => console.error(line);
  const server = await startEmbeddedRedis({
    dir: join(folder, "redis"),
    cacheDir: join(root, ".cache", "runfleet"),
    appendOnly: aof !== "no",
    log: say,
  });
  const redis = new Redis(server.url);
  try {
    if (server.kind === "js")
      throw new Error(
        "the bench needs a real redis-server; install one (the JavaScript one measures itself)",
      );
    if (aof !== "no") await redis.config("SET", "appendfsync", aof);
    // A rewrite of the append-only file in the middle of one side's turn would be charged to that side.
    await redis.config("SET", "auto-aof-rewrite-percentage", "0");
    return await use({ redis, redisUrl: server.url, folder, aof, say });
  } finally {
    redis.disconnect();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
