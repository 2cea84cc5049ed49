/** How much memory a Redis uses and may use. One bounded read. */
import type { Redis } from "ioredis";
import { withRedis } from "./redis-failure.js";

/** Bytes; null where the server does not say. `maxBytes` 0: as much as there is. */
export interface MemoryUse {
  readonly usedBytes: number | null;
  readonly maxBytes: number | null;
}

export async function readMemoryUse(redis: Redis): Promise<MemoryUse> {
  const text = await withRedis("info memory", () => redis.info("memory"));
  const bytesOf = (name: string): number | null => {
    const [, digits] = new RegExp(`^${name}:(\\d+)\\r?$`, "m").exec(text) ?? [];
    return digits === undefined ? null : Number(digits);
  };
  return { usedBytes: bytesOf("used_memory"), maxBytes: bytesOf("maxmemory") };
}
