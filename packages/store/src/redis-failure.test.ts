import { expect, test } from "vitest";
import { connectRedis } from "./connect-redis.js";
import { withRedis } from "./redis-failure.js";

test("a Redis that is not there is named as such, without advice about options of the client", async () => {
  const redis = connectRedis("redis://127.0.0.1:1", { role: "client", name: "failure test" });
  await expect(withRedis("get run", () => redis.get("run"))).rejects.toMatchObject({
    code: "redis_unavailable",
    message: "Redis: get run: it cannot be reached",
  });
  redis.disconnect();
});
