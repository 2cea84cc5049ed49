/**
 * What is to be done in a pool: counts, and the ends of its lists, read at one moment in one round trip. BullMQ's own
 * counts know no time, and ask for each state alone. Writes nothing.
 */
import type { PoolBacklog } from "@runfleet/model";
import type { PoolQueue } from "./wake-job.js";
import { scoresPerMs } from "./wake-job.js";

/** KEYS: wait, prioritized, active, delayed, meta. ARGV: the score before which a delayed job is due soon. */
const lua = `
local next = redis.call('ZRANGE', KEYS[2], '0', '0')
local begun = redis.call('LINDEX', KEYS[1], '-1')
if begun then
  table.insert(next, 1, begun)
end
return {
  redis.call('LLEN', KEYS[1]) + redis.call('ZCARD', KEYS[2]),
  redis.call('ZCARD', KEYS[4]),
  redis.call('ZCOUNT', KEYS[4], '-inf', '(' .. ARGV[1]),
  redis.call('LLEN', KEYS[3]),
  next,
  redis.call('HEXISTS', KEYS[5], 'paused'),
}`;

const command = { name: "runfleetReadBacklog", numberOfKeys: 5, lua, readOnly: true } as const;
const lists = ["wait", "prioritized", "active", "delayed", "meta"] as const;
const knowing = new WeakSet<object>();

export async function readBacklog(queue: PoolQueue, dueBefore: number): Promise<PoolBacklog> {
  const client = await queue.getBackend().client;
  if (!knowing.has(client)) {
    client.defineCommand(command.name, command);
    knowing.add(client);
  }
  const keys = lists.map((list) => queue.toKey(list));
  const reply: [number, number, number, number, string[], number] = await client.runCommand(command.name, [
    ...keys,
    String(dueBefore * scoresPerMs),
  ]);
  const [ready, waiting, dueSoon, active, next, paused] = reply;
  return { ready, waiting, dueSoon, active, next, ...(paused === 1 ? { isPaused: true } : {}) };
}
