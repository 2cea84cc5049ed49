import { describe, expect, test } from "vitest";
import { poolNames, readEnvironment } from "./environment.js";

describe("the environment of a process", () => {
  test("has defaults for everything that is not set or empty", () => {
    expect(readEnvironment({ REDIS_URL: "", PATH: "/bin" })).toEqual({
      redisUrl: undefined,
      namespace: "rf",
      home: undefined,
      logLevels: undefined,
      concurrency: 32,
      pools: ["default"],
      leaseTtlMs: undefined,
      leaseRedisUrls: undefined,
      apiTokens: "",
      graceMs: 10_000,
      scaling: {},
      pod: undefined,
    });
  });

  test("is read with units and lists", () => {
    const env = readEnvironment({
      REDIS_URL: "rediss://host:6380/1",
      RUNFLEET_NAMESPACE: "team-a",
      RUNFLEET_CONCURRENCY: "4",
      RUNFLEET_POOLS: "default, gpu,gpu",
      RUNFLEET_LEASE_TTL_MS: "2000",
    });
    expect(env).toMatchObject({
      redisUrl: "rediss://host:6380/1",
      namespace: "team-a",
      concurrency: 4,
      leaseTtlMs: 2000,
    });
    expect(env.pools).toEqual(["default", "gpu"]);
  });

  test("is refused with the name of every wrong variable and without its value", () => {
    const read = () =>
      readEnvironment({ REDIS_URL: "http://user:hunter2@host", RUNFLEET_CONCURRENCY: "many" });
    expect(read).toThrowError(
      /REDIS_URL: must be a redis:\/\/.*RUNFLEET_CONCURRENCY: must be a whole number/,
    );
    expect(read).not.toThrowError(/hunter2/);
  });

  test("names the lease servers of a quorum, an odd number of different ones", () => {
    const read = (text: string) => readEnvironment({ RUNFLEET_LEASE_REDIS: text }).leaseRedisUrls;
    expect(read("redis://a, redis://b:1,redis://c")).toEqual(["redis://a", "redis://b:1", "redis://c"]);
    expect(() => read("redis://a,redis://b")).toThrowError(/RUNFLEET_LEASE_REDIS: must name an odd number/);
    expect(() => read("redis://a,redis://b,redis://a")).toThrowError(/different servers/);
    expect(() => read("redis://a,b,redis://c")).toThrowError(/RUNFLEET_LEASE_REDIS.*redis:\/\//);
  });

  test("says how pools are scaled, as JSON", () => {
    const read = (text: string) => readEnvironment({ RUNFLEET_SCALING: text }).scaling;
    expect(read('{"default": {"max": 20}, "gpu": {"min": 1, "busyWorkers": "keep-all"}}')).toEqual({
      ...{ default: { max: 20 }, gpu: { min: 1, busyWorkers: "keep-all" } },
    });
    expect(() => read("max=20")).toThrowError(/RUNFLEET_SCALING: must be JSON/);
    expect(() => read('{"gpu": {"max": 0}, "cpu": {"most": 2}}')).toThrowError(/gpu\.max: .*cpu: .*most/);
  });

  test("names the pod where it is told of one, inside of a cluster", () => {
    const pod = { POD_NAME: "worker-7", POD_NAMESPACE: "fleet" };
    expect(readEnvironment(pod).pod).toBeUndefined();
    const api = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "6443" };
    expect(readEnvironment(api).pod).toBeUndefined();
    expect(readEnvironment({ ...pod, ...api }).pod).toEqual({
      ...{ name: "worker-7", namespace: "fleet", apiHost: "10.0.0.1", apiPort: 6443 },
    });
    expect(() => readEnvironment({ ...pod, POD_NAME: "../secrets" })).toThrowError(/POD_NAME/);
  });

  test.each([
    { env: { RUNFLEET_POOLS: "default, GPU" }, problem: /RUNFLEET_POOLS: the pool "GPU" must be/ },
    { env: { RUNFLEET_SCALING: '{"a b": {"max": 2}}' }, problem: /RUNFLEET_SCALING: the pool "a b" must be/ },
    { env: { RUNFLEET_LEASE_TTL_MS: "10" }, problem: /RUNFLEET_LEASE_TTL_MS: must be at least 500/ },
    { env: { RUNFLEET_CONCURRENCY: "0" }, problem: /RUNFLEET_CONCURRENCY: must be at least 1/ },
  ])("$env is refused before anything begins", ({ env, problem }) => {
    expect(() => readEnvironment(env)).toThrowError(problem);
  });

  test("without pools means the default pool", () => {
    expect(poolNames(" , ")).toEqual(["default"]);
  });
});
