/** The server that has a tag's keys, by its own address: what a wire in a test leads to. */
import { connectRedis } from "@runfleet/store";

export async function serverOf(redisUrl: string, tag: string): Promise<{ host: string; port: number }> {
  const redis = connectRedis(redisUrl, { role: "client", tag });
  try {
    await redis.ping();
    const { remoteAddress: host, remotePort: port } = redis.stream;
    if (host === undefined || port === undefined) throw new Error("the connection has no other end");
    return { host, port };
  } finally {
    redis.disconnect();
  }
}
