// What Redis holds: all of it, and the keys of one parked run one by one.
import { redisBytes } from "../redis-work.mjs";

/** The feed of the fleet is capped and shared: what it grows by belongs to no run. @param {import("ioredis").Redis} redis @param {string} tag */
export async function usedBytes(redis, tag) {
  const feed = (await redis.memory("USAGE", `${tag}:events`, "SAMPLES", 0)) ?? 0;
  return { runs: (await redisBytes(redis)) - feed, feed };
}

/**
 * Bytes per key of the newest parked run, and per parked run of what all runs share.
 * @param {import("ioredis").Redis} redis
 * @param {string} tag
 * @returns {Promise<Record<string, number>>}
 */
export async function keyBytesOf(redis, tag) {
  const [row = ""] = await redis.zrange(`${tag}:runs:waiting`, -1, -1);
  const runId = row.slice(row.indexOf(":") + 1);
  const waiting = await redis.zcard(`${tag}:runs:waiting`);
  /** @type {Record<string, number>} */
  const bytes = {};
  /** @type {Map<string, number>} */
  const shared = new Map();
  for (const key of (await redis.keys(`${tag}:*`)).sort()) {
    // The list of a workflow lies in leaves that are named by a run.
    const leaf = /^(.*:runs:wf:[^:]+):/.exec(key)?.[1];
    const size = (await redisUsage(redis, key, leaf === undefined ? runId : "")) ?? 0;
    const name = (leaf ?? key).slice(tag.length + 1).replace(runId, "<id>");
    if (name.includes("<id>")) bytes[name] = size;
    else shared.set(name, (shared.get(name) ?? 0) + size);
  }
  for (const [name, size] of shared)
    if (size / waiting >= 1 && !isOfOther(name)) bytes[`${name} (share)`] = Math.round(size / waiting);
  return bytes;
}

/** @param {import("ioredis").Redis} redis @param {string} key @param {string} runId */
async function redisUsage(redis, key, runId) {
  if (/:[0-9A-HJKMNP-TV-Z]{26}(?::|$)/.test(key) && !key.includes(runId)) return 0;
  return redis.memory("USAGE", key, "SAMPLES", 5);
}

/** Ended runs of the warm-up and the capped feed. @param {string} name */
function isOfOther(name) {
  return /^(?:events|runs:ended|runs:completed|runs:kept:.*|default:completed|default:events)$/.test(name);
}
