import { expect, inject, it } from "vitest";
import { connectRedis } from "./connect-redis.js";
import { examineRedis } from "./examine-redis.js";
import { partitionTag } from "./keys.js";

it("a real server tells what matters, in the order of the checks", async () => {
  const tag = partitionTag("rf-nobody", 0);
  const redis = connectRedis(inject("redisUrl"), { role: "client", tag });
  const findings = await examineRedis(redis, tag);
  redis.disconnect();
  expect(findings.map(({ check }) => check)).toEqual([
    ...[
      "version",
      "role",
      "cluster",
      "eviction",
      "persistence",
      "writing",
      "memory",
      "clients",
      "clock",
      "latency",
      "layout",
    ],
  ]);
  expect(findings.find(({ check }) => check === "role")?.found).toMatch(/primary|does not tell/);
  expect(findings.find(({ check }) => check === "clock")?.status).toBe("ok");
});
