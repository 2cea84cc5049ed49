// Finished and waiting runs as patterns: everything a real run, or a family, left in Redis, to be written again under other
// ids. Knows no key of the store or of BullMQ: what names one of the ids, in its own name or in what it holds, is a trace.

/**
 * @typedef {import("ioredis").Redis} Redis
 * @typedef {readonly [command: string, ...args: string[]]} Command
 * @typedef {{ ids: readonly string[], createdAt: readonly number[], commands: readonly Command[], copies: readonly string[] }} Pattern
 *   commands: what writes the traces again once ids and times are replaced; copies: keys whose content names no id
 */

/** Everything but the capped feed, which is no run's, leases, which end by themselves, and lists that lie in leaves, see `fill.mjs`. */
const shared = /:(events|lease:[^:]+)$|:runs:wf:/;

/** What a key holds, as the commands that write it. @type {Readonly<Record<string, (redis: Redis, key: string) => Promise<Command[]>>>} */
const readers = {
  string: async (redis, key) => [["SET", key, (await redis.get(key)) ?? ""]],
  hash: async (redis, key) =>
    Object.entries(await redis.hgetall(key)).map(([field, value]) => ["HSET", key, field, value]),
  list: async (redis, key) => (await redis.lrange(key, 0, -1)).map((value) => ["RPUSH", key, value]),
  set: async (redis, key) => (await redis.smembers(key)).map((member) => ["SADD", key, member]),
  zset: async (redis, key) =>
    inPairs(await redis.zrange(key, 0, -1, "WITHSCORES")).map(([member, score]) => [
      "ZADD",
      key,
      score,
      member,
    ]),
  stream: async (redis, key) =>
    (await redis.xrange(key, "-", "+")).map(([id, fields]) => ["XADD", key, id, ...fields]),
};

/** @param {readonly string[]} flat @returns {(readonly [string, string])[]} */
function inPairs(flat) {
  return flat.flatMap((first, index) =>
    index % 2 === 0 ? [/** @type {const} */ ([first, flat[index + 1] ?? ""])] : [],
  );
}

/** Whatever is added to one hash or sorted set, as one command. @param {readonly Command[]} commands @returns {Command[]} */
function joined(commands) {
  /** @type {Map<string, string[]>} */
  const byKey = new Map();
  /** @type {Command[]} */
  const alone = [];
  for (const [command, key = "", ...args] of commands) {
    if (command === "XADD") alone.push([command, key, ...args]);
    else byKey.set(`${command} ${key}`, [...(byKey.get(`${command} ${key}`) ?? []), ...args]);
  }
  return [
    ...[...byKey].map(([name, args]) => {
      const [command = "", key = ""] = name.split(" ");
      return /** @type {const} */ ([command, key, ...args]);
    }),
    ...alone,
  ];
}

/**
 * The patterns of families, root first in each. Reads everything under the tag: call it while there is little.
 * @param {Redis} redis
 * @param {string} tag
 * @param {readonly (readonly string[])[]} families
 * @returns {Promise<Pattern[]>}
 */
export async function readPatterns(redis, tag, families) {
  /** @type {Map<string, Command[]>} */
  const content = new Map();
  for (const key of await redis.keys(`${tag}:*`)) {
    const reader = readers[await redis.type(key)];
    if (!shared.test(key) && reader !== undefined) content.set(key, await reader(redis, key));
  }
  return Promise.all(
    families.map(async (ids) => {
      const names = (/** @type {string} */ text) => ids.some((id) => text.includes(id));
      const own = [...content].filter(([key]) => names(key));
      const rest = [...content].filter(([key]) => !names(key)).flatMap(([, commands]) => commands);
      const copied = own.filter(([, commands]) => !commands.some(([, , ...args]) => args.some(names)));
      const written = own.filter((entry) => !copied.includes(entry)).flatMap(([, commands]) => commands);
      const rows = await Promise.all(ids.map((id) => redis.hget(`${tag}:run:${id}`, "row")));
      return {
        ids,
        createdAt: rows.map((row) => Number(row?.split(":")[0])),
        commands: [...joined(written), ...rest.filter(([, , ...args]) => args.some(names))],
        copies: copied.map(([key]) => key),
      };
    }),
  );
}

/**
 * The commands that write a pattern once more, its runs created at `at` and each under a new id.
 * @param {Pattern} pattern
 * @param {{ at: number, newId: (at: number) => string }} options
 * @returns {Command[]}
 */
export function written({ ids, createdAt, commands, copies }, { at, newId }) {
  const first = createdAt[0] ?? at;
  const times = createdAt.map((time) => at + time - first);
  const fresh = ids.map((_, index) => newId(times[index] ?? at));
  const renew = (/** @type {string} */ text) => {
    let renewed = text;
    ids.forEach((id, index) => {
      const row = (/** @type {number | undefined} */ time) => String(time).padStart(15, "0");
      renewed = renewed
        .replaceAll(`${row(createdAt[index])}:${id}`, `${row(times[index])}:${fresh[index]}`)
        .replaceAll(id, fresh[index] ?? "");
    });
    return renewed;
  };
  return [
    ...commands.map(([command, ...args]) => /** @type {Command} */ ([command, ...args.map(renew)])),
    ...copies.map((key) => /** @type {Command} */ (["COPY", key, renew(key)])),
  ];
}
