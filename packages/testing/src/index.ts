/** What this package offers: an embedded Redis, and how its owner is recognised across restarts. */

export { isStillRunning, markProcess, type ProcessMark } from "./embedded-redis/process-mark.js";
export {
  type EmbeddedRedis,
  type EmbeddedRedisKind,
  type EmbeddedRedisOptions,
  probeRedis,
  startEmbeddedRedis,
} from "./embedded-redis.js";
