import { expect, test } from "vitest";
import { connectRedis } from "./connect-redis.js";
import { toRunfleetError, withRedis } from "./redis-failure.js";

test("a Redis that is not there is named as such, without advice about options of the client", async () => {
  const redis = connectRedis("redis://127.0.0.1:1", { role: "client", tag: "{rf:0}", name: "failure test" });
  await expect(withRedis("get run", () => redis.get("run"))).rejects.toMatchObject({
    code: "redis_unavailable",
    message: "Redis: get run: it cannot be reached",
  });
  redis.disconnect();
});

test("a member of a cluster that was asked as if it were alone is named as such", () => {
  const reply = Object.assign(new Error("MOVED 3999 10.0.0.7:6381"), { name: "ReplyError" });
  expect(toRunfleetError(reply, "get run")).toMatchObject({
    code: "redis_unavailable",
    message: expect.stringContaining("its address begins with redis-cluster://"),
  });
});
