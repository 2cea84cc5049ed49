import { randomBytes } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Redis } from "ioredis";
import { afterAll, afterEach, describe, expect, inject, test } from "vitest";
import { serverOf } from "../../../test/support/server-of.js";
import { isClusterAddress } from "./cluster-address.js";
import { connectRedis } from "./connect-redis.js";
import { createRedlockLeases } from "./redlock-leases.js";

const namespace = `t${randomBytes(6).toString("hex")}`;
const tag = `{${namespace}:0}`;
const url = inject("redisUrl");
const open: Redis[] = [];
const lines: Line[] = [];

function client(address = url): Redis {
  const redis = connectRedis(address, { role: "worker", tag });
  open.push(redis);
  return redis;
}

/** A wire to Redis that can be made silent: connected, and nothing comes through. */
interface Line {
  readonly url: string;
  readonly server: Server;
  readonly sockets: Set<Socket>;
  silent: boolean;
}

async function openLine(): Promise<Line> {
  const target = await serverOf(url, tag);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => {
        if (!line.silent) to.write(bytes);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const line: Line = { url: `redis://127.0.0.1:${port}`, server, sockets, silent: false };
  lines.push(line);
  return line;
}

afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
  for (const { server, sockets } of lines.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

afterAll(async () => {
  const redis = client();
  for (const id of ["silent", "timed", "stolen", "first", "second"]) await redis.del(`${tag}:lease:${id}`);
  redis.disconnect();
});

describe("leases on Redis", () => {
  test("a silent server fails renewals in time instead of keeping the owner waiting", async () => {
    const line = await openLine();
    const leases = createRedlockLeases({ clients: [client(line.url)], namespace });
    const held = await leases.acquire("silent", 1_500);
    if (held.tag !== "held") throw new Error(held.tag);
    line.silent = true;
    const startedMs = performance.now();
    await expect(leases.renew(held.lease, 1_500)).rejects.toMatchObject({ code: "redis_unavailable" });
    await expect(leases.acquire("other", 900)).rejects.toMatchObject({ code: "redis_unavailable" });
    await leases.release(held.lease);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  test("the deadline counts from before the request, not from its answer", async () => {
    const leases = createRedlockLeases({ clients: [client()], namespace });
    const beforeMs = performance.now();
    const acquiring = leases.acquire("timed", 10_000);
    const sentMs = performance.now();
    const held = await acquiring;
    if (held.tag !== "held") throw new Error(held.tag);
    expect(held.lease.deadlineMonoMs).toBeLessThan(sentMs + 10_000);
    expect(held.lease.deadlineMonoMs).toBeGreaterThan(beforeMs + 9_000);
  });

  test("a key that somebody else took is lost at once, with no storm of retries", async () => {
    const redis = client();
    const leases = createRedlockLeases({ clients: [redis], namespace });
    const held = await leases.acquire("stolen", 60_000);
    if (held.tag !== "held") throw new Error(held.tag);
    await redis.set(`${tag}:lease:stolen`, "thief", "PX", 60_000);
    const sent = recordCommands(redis);
    expect(await leases.renew(held.lease, 60_000)).toEqual({ tag: "lost" });
    // One by hash, and one with its text where the server does not know it.
    expect(sent.length).toBeLessThanOrEqual(2);
  });

  test("leases that are given back together go in one command, each only with its own token", async () => {
    const redis = client();
    const leases = createRedlockLeases({ clients: [redis], namespace });
    const held = await Promise.all(["first", "second"].map((id) => leases.acquire(id, 60_000)));
    const [first, second] = held.map((reply) => {
      if (reply.tag !== "held") throw new Error(reply.tag);
      return reply.lease;
    });
    if (first === undefined || second === undefined) throw new TypeError("two leases");
    const sent = recordCommands(redis);
    await Promise.all([leases.release(first), leases.release({ ...second, token: "former" })]);
    expect(sent).toEqual(["eval"]);
    expect((await leases.acquire("first", 60_000)).tag).toBe("held");
    expect((await leases.acquire("second", 60_000)).tag).toBe("busy");
  });

  // The members of a cluster have one database each.
  test.skipIf(isClusterAddress(url))(
    "a quorum holds while a minority is silent, and is unavailable when a majority is",
    async () => {
      const [a, b, c] = [await openLine(), await openLine(), await openLine()];
      // Three servers in different databases of one process: enough to count votes.
      const clients = [a, b, c].map((line, index) => client(`${line.url}/${index + 1}`));
      const leases = createRedlockLeases({ clients, namespace });
      const first = await leases.acquire("quorum", 20_000);
      if (first.tag !== "held") throw new Error(first.tag);
      expect(await leases.acquire("quorum", 20_000)).toMatchObject({ tag: "busy" });
      c.silent = true;
      expect(await leases.renew(first.lease, 20_000)).toMatchObject({ tag: "renewed" });
      b.silent = true;
      await expect(leases.renew(first.lease, 900)).rejects.toMatchObject({ code: "redis_unavailable" });
    },
  );
});

/** Names of the commands this connection sends from now on. */
function recordCommands(redis: Redis): string[] {
  const names: string[] = [];
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    names.push(command.name);
    return send(command, stream);
  };
  return names;
}
