// What Redis has spent and holds, by its own word.

/**
 * ms of processor time so far: of the thread that executes commands, which is full at one core, and of the whole server.
 * @param {import("ioredis").Redis} redis
 */
export async function redisCpuMs(redis) {
  const info = await redis.info("cpu");
  const sum = (/** @type {RegExp} */ names) =>
    [...info.matchAll(names)].reduce((total, [, seconds]) => total + Number(seconds), 0) * 1_000;
  return {
    thread: sum(/^used_cpu_(?:sys|user)_main_thread:([\d.]+)/gm),
    server: sum(/^used_cpu_(?:sys|user):([\d.]+)/gm),
  };
}

/** Bytes of everything it holds; what lies in the buffer of the append-only file at this moment is no data. @param {import("ioredis").Redis} redis */
export async function redisBytes(redis) {
  const info = await redis.info("memory");
  const field = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  return field("used_memory") - field("mem_aof_buffer");
}
