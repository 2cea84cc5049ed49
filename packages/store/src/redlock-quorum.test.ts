/** A quorum of three lease servers, without a server: each client has a key space of its own in memory. */
import type { Redis } from "ioredis";
import RedisMock from "ioredis-mock";
import { describe, expect, it } from "vitest";
import { createRedlockLeases } from "./redlock-leases.js";

const ttlMs = 5_000;
let port = 20_000;

/** Three servers that know nothing of each other; clients of one address share its keys. */
function threeServers(): { clients: () => Redis[] } {
  const ports = [port, port + 1, port + 2];
  port += 3;
  return { clients: () => ports.map((own) => new RedisMock({ host: "lease", port: own })) };
}

function failing(client: Redis): Redis {
  return Object.assign(client, {
    evalsha: () => Promise.reject(new Error("away")),
    eval: () => Promise.reject(new Error("away")),
  });
}

describe("leases on a quorum", () => {
  it("are held by one worker and given back to all servers", async () => {
    const servers = threeServers();
    const first = createRedlockLeases({ clients: servers.clients() });
    const second = createRedlockLeases({ clients: servers.clients() });
    const acquired = await first.acquire("run", ttlMs);
    expect(acquired.tag).toBe("held");
    expect((await second.acquire("run", ttlMs)).tag).toBe("busy");
    if (acquired.tag === "held") await first.release(acquired.lease);
    expect((await second.acquire("run", ttlMs)).tag).toBe("held");
  });

  it("survive one server that is away", async () => {
    const [a, b, c] = threeServers().clients() as [Redis, Redis, Redis];
    const leases = createRedlockLeases({ clients: [a, failing(b), c] });
    const acquired = await leases.acquire("run", ttlMs);
    expect(acquired.tag).toBe("held");
    if (acquired.tag === "held") expect((await leases.renew(acquired.lease, ttlMs)).tag).toBe("renewed");
  });

  it("are not granted by a minority: that is trouble, not another owner", async () => {
    const [a, b, c] = threeServers().clients() as [Redis, Redis, Redis];
    const leases = createRedlockLeases({ clients: [failing(a), b, failing(c)] });
    await expect(leases.acquire("run", ttlMs)).rejects.toMatchObject({ code: "redis_unavailable" });
  });

  it("are lost when a majority forgot them", async () => {
    const [a, b, c] = threeServers().clients() as [Redis, Redis, Redis];
    const leases = createRedlockLeases({ clients: [a, b, c] });
    const acquired = await leases.acquire("run", ttlMs);
    await Promise.all([a.flushall(), b.flushall()]);
    if (acquired.tag === "held") expect((await leases.renew(acquired.lease, ttlMs)).tag).toBe("lost");
    expect(acquired.tag).toBe("held");
  });
});
