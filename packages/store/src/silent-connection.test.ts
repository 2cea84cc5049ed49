import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { serverOf } from "../../../test/support/server-of.js";
import { connectRedis } from "./connect-redis.js";

const closers: (() => void)[] = [];

beforeEach(() => {
  // The looks at the connection come when we say; the client's own timers and the sockets are real.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
  vi.useRealTimers();
});

/** A wire to the Redis of the tests; `die` leaves its connections open and carries nothing on them any more. */
async function openWire() {
  const target = await serverOf(inject("redisUrl"), "{rf:0}");
  const near: Socket[] = [];
  const far: Socket[] = [];
  const server = createServer((socket) => {
    const beyond = connect(target);
    near.push(socket.on("error", () => {}));
    far.push(beyond.on("error", () => {}));
    socket.pipe(beyond).pipe(socket, { end: false });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(() => {
    server.close();
    for (const socket of [...near, ...far]) socket.destroy();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => near.length,
    die() {
      for (const socket of near) socket.unpipe().pause();
      for (const socket of far) socket.destroy();
    },
  };
}

test("a worker's command on a dead connection is answered over another", async () => {
  const wire = await openWire();
  const redis = connectRedis(wire.url, { role: "worker", tag: "{rf:0}" });
  closers.push(() => redis.disconnect());
  expect(await redis.ping()).toBe("PONG");
  wire.die();
  const answer = redis.echo("still there");
  vi.advanceTimersByTime(12_000);
  expect(await answer).toBe("still there");
  expect(wire.connections()).toBe(2);
});

test("a connection that answers is kept, however long nobody uses it", async () => {
  const wire = await openWire();
  const redis = connectRedis(wire.url, { role: "worker", tag: "{rf:0}" });
  closers.push(() => redis.disconnect());
  for (let look = 0; look < 10; look += 1) {
    // Answered after every question before it.
    expect(await redis.ping()).toBe("PONG");
    vi.advanceTimersByTime(4_000);
  }
  expect(await redis.ping()).toBe("PONG");
  expect(wire.connections()).toBe(1);
});
