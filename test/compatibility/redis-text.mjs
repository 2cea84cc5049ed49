// A fleet's keys as text: read out of Redis and put back, freed of what only the machine that wrote them knew, and moved in
// time. The tag of the partition stands in keys and values as it is, since sealed secrets belong to their namespace.

/**
 * @typedef {ReturnType<typeof import("@runfleet/store").connectRedis>} Redis
 * @typedef {{ type: string, ttlMs?: number, value: unknown }} Entry  hash: fields; zset: pairs of member and score; stream: pairs of id and fields
 * @typedef {Record<string, Entry>} Keys  by key, sorted
 */

/** All of a snapshot happened at this moment: midnight in UTC, a whole number of days, unlike any number that is no time. */
export const epoch = 21_991 * 86_400_000;
const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Workers that were there, and what ran out with them. BullMQ's events are read by nobody. */
const passing = /:workers(:info)?$|:lease:|:lock$|:stalled-check$|:stalled$|:events$|:events:|:leases-lost$/;
/** Streams of runs and of the fleet are no events of BullMQ. */
const ownStreams = /^\{[^}]*\}:(events$|run:[^:]+:(events|log)$)/;

/** @type {Record<string, (redis: Redis, key: string) => Promise<unknown>>} */
const readers = {
  string: (redis, key) => redis.get(key),
  hash: async (redis, key) => sorted(await redis.hgetall(key)),
  list: (redis, key) => redis.lrange(key, 0, -1),
  set: async (redis, key) => (await redis.smembers(key)).sort(),
  zset: async (redis, key) => pairs(await redis.zrange(key, 0, -1, "WITHSCORES")),
  stream: (redis, key) => redis.xrange(key, "-", "+"),
};

/** @type {Record<string, (redis: Redis, key: string, value: any) => Promise<unknown>>} */
const writers = {
  string: (redis, key, value) => redis.set(key, value),
  hash: (redis, key, value) => redis.hset(key, value),
  list: (redis, key, value) => redis.rpush(key, ...value),
  set: (redis, key, value) => redis.sadd(key, ...value),
  zset: (redis, key, value) =>
    redis.zadd(key, ...value.flatMap((/** @type {string[]} */ [member, score]) => [score, member])),
  stream: async (redis, key, value) => {
    for (const [id, fields] of value) await redis.xadd(key, id, ...fields);
  },
};

/** @param {Redis} redis @param {string} tag @returns {Promise<Keys>} */
export async function readKeys(redis, tag) {
  /** @type {Keys} */
  const keys = {};
  for (const key of (await redis.keys(`${tag}*`)).sort()) {
    if (passing.test(key) && !ownStreams.test(key)) continue;
    const type = await redis.type(key);
    const value = await readers[type]?.(redis, key);
    const ttlMs = await redis.pttl(key);
    keys[key] = { type, ...(ttlMs > 0 ? { ttlMs: Math.round(ttlMs / minuteMs) * minuteMs } : {}), value };
  }
  return settled(keys);
}

/** @param {Redis} redis @param {Keys} keys */
export async function writeKeys(redis, keys) {
  for (const [key, { type, ttlMs, value }] of Object.entries(keys)) {
    await writers[type]?.(redis, key, value);
    if (ttlMs !== undefined) await redis.pexpire(key, ttlMs);
  }
}

/**
 * Without what differs from one machine to the next: ids that Redis gives to entries of streams, the times of BullMQ, which takes
 * them from the machine's clock, and how long a step took. @param {Keys} keys @returns {Keys}
 */
function settled(keys) {
  return Object.fromEntries(
    Object.entries(keys).map(([key, entry]) => {
      const ids = placesIn(keys[streamOf(key)]);
      const settle = (/** @type {string} */ text) =>
        isOfQueue(key)
          ? settledTimes(key, text)
          : text.replace(/\b\d{13}-\d+\b/g, (id) => ids.get(id) ?? id).replace(/("durationMs":)\d+/g, "$11");
      return [key, { ...entry, value: mapTexts(entry.value, settle) }];
    }),
  );
}

/** The stream whose entries a key names: its own, its run's log, or the fleet's events. @param {string} key */
function streamOf(key) {
  if (key.endsWith(":log:sums")) return key.slice(0, -":sums".length);
  return ownStreams.test(key) ? key : key.replace(/^(\{[^}]*\}):.*$/, "$1:events");
}

/** Entries are told apart by their order in their stream. @param {Entry | undefined} stream @returns {Map<string, string>} */
function placesIn(stream) {
  const entries = /** @type {[string][]} */ (stream?.value ?? []);
  return new Map(entries.map(([id], index) => [id, `${epoch + index}-0`]));
}

/** @param {string} key */
function isOfQueue(key) {
  return /^\{[^}]*\}:(default|later):/.test(key);
}

/** @param {string} key @param {string} text */
function settledTimes(key, text) {
  if (key.endsWith(":delayed") && /^\d{16}$/.test(text)) return String(nearest(Number(text) / 4_096) * 4_096);
  return text.replace(/(?<!\d)\d{13}(?!\d)/g, (time) => String(nearest(Number(time))));
}

/** A time of this machine is the moment of the snapshot; one of the fleet keeps its distance from it. @param {number} time */
function nearest(time) {
  return Math.abs(time - Date.now()) < dayMs ? epoch : Math.round(time / 1_000) * 1_000;
}

/**
 * The same data as if it had been written that much later: whole days, since what is counted by day moves with it.
 * @param {Keys} keys @param {number} days @returns {Keys}
 */
export function later(keys, days) {
  const move = (/** @type {string} */ time) => {
    const at = Number(time);
    return at >= epoch - dayMs && at < epoch + 400 * dayMs
      ? time.replace(/\d{13}$/, String(at + days * dayMs))
      : time;
  };
  const moveDelayed = (/** @type {string} */ score) => String(Number(score) + days * dayMs * 4_096);
  const moveDay = (/** @type {string} */ text) =>
    text.replace(/^\d+(?= )/, (day) => String(Number(day) + days));
  return Object.fromEntries(
    Object.entries(keys).map(([key, entry]) => {
      const moved = (/** @type {string} */ text) => {
        if (key.endsWith(":delayed") && /^\d{16}$/.test(text)) return moveDelayed(text);
        if (/:usage(:sums)?$/.test(key) && /^\d{5} /.test(text)) return moveDay(text);
        return text.replace(/(?<!\d)(00)?\d{13}(?!\d)/g, move);
      };
      return [key, { ...entry, value: mapTexts(entry.value, moved) }];
    }),
  );
}

/** Every text in a value, names of fields too. @param {unknown} value @param {(text: string) => string} change @returns {unknown} */
function mapTexts(value, change) {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== "object" || value === null) return value;
  return sorted(
    Object.fromEntries(Object.entries(value).map(([name, each]) => [change(name), mapTexts(each, change)])),
  );
}

/** @template T @param {Record<string, T>} fields @returns {Record<string, T>} */
function sorted(fields) {
  return Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** @param {readonly string[]} flat */
function pairs(flat) {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}
