import { expect, inject, test } from "vitest";
import { connectRedis } from "./connect-redis.js";

test("no reply is made text of as a whole, and a connection that watches others still hears them", async () => {
  const redis = connectRedis(inject("redisUrl"), { role: "client", tag: "{t-monitor:0}" });
  const watching = await redis.monitor();
  const heard = new Promise<string[]>((resolve) => {
    watching.on("monitor", (_time: string, words: string[]) => {
      if (words.includes("{t-monitor:0}:key")) resolve(words);
    });
  });
  const { toString: asText } = Array.prototype;
  let texts = 0;
  Array.prototype.toString = function count(this: unknown[]) {
    texts += 1;
    return asText.call(this);
  };
  try {
    expect(await redis.mget("{t-monitor:0}:key", "{t-monitor:0}:other")).toEqual([null, null]);
    expect(texts).toBe(0);
  } finally {
    Array.prototype.toString = asText;
  }
  expect(await heard).toEqual(["mget", "{t-monitor:0}:key", "{t-monitor:0}:other"]);
  watching.disconnect();
  redis.disconnect();
});
