// PING over a socket against small scripted servers: what counts as an answer, and what never hangs.
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { askRedis, probeRedis } from "./ask-redis.js";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A listener that calls `answer` for each chunk it gets. Resolves with its port. */
async function listen(answer: (chunk: string, socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    closers.push(() => socket.destroy());
    socket.on("data", (chunk) => answer(chunk.toString(), socket));
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  return (server.address() as AddressInfo).port;
}

describe("probeRedis", () => {
  test("is true when PING is answered with PONG", async () => {
    const port = await listen((_chunk, socket) => socket.write("+PONG\r\n"));
    expect(await probeRedis(`redis://127.0.0.1:${port}`, 1_000)).toBe(true);
  });

  test("sends user and password, decoded, before PING", async () => {
    let received = "";
    const port = await listen((chunk, socket) => {
      received += chunk;
      socket.write("+OK\r\n+PONG\r\n");
    });
    expect(await probeRedis(`redis://ann:p%40ss@127.0.0.1:${port}/0`, 10_000)).toBe(true);
    expect(received).toBe("*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$4\r\np@ss\r\n*1\r\n$4\r\nPING\r\n");
  });

  test("is false when the password is refused", async () => {
    const port = await listen((_chunk, socket) => {
      socket.write("-WRONGPASS wrong\r\n-NOAUTH Authentication required.\r\n");
    });
    expect(await probeRedis(`redis://:bad@127.0.0.1:${port}`, 1_000)).toBe(false);
  });

  test.each([
    ["the server is loading its data", "-LOADING Redis is loading the dataset in memory\r\n"],
    ["the other side speaks another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"],
  ])("is false when %s", async (_what, reply) => {
    const port = await listen((_chunk, socket) => socket.write(reply));
    expect(await probeRedis(`redis://127.0.0.1:${port}`, 1_000)).toBe(false);
  });

  test("is false within the deadline when nobody answers", async () => {
    const port = await listen(() => {});
    const startedMs = performance.now();
    expect(await probeRedis(`redis://127.0.0.1:${port}`, 100)).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  test("is false when nobody listens", async () => {
    const port = await listen(() => {});
    for (const close of closers.splice(0)) close();
    expect(await probeRedis(`redis://127.0.0.1:${port}`, 1_000)).toBe(false);
  });

  test.each(["", "not a url", "http://127.0.0.1:6379", "redis://:%E0%A4%A@127.0.0.1:1"])(
    "is false for the URL %j",
    async (url) => {
      expect(await probeRedis(url, 1_000)).toBe(false);
    },
  );
});

describe("askRedis", () => {
  test("reads replies that arrive in pieces", async () => {
    const pieces = ["+PO", "NG\r\n$7\r\na\r\n", "b:12\r", "\n"];
    const port = await listen((_chunk, socket) => {
      for (const piece of pieces) socket.write(piece);
    });
    const commands = [["PING"], ["INFO"]];
    const replies = await askRedis({ address: { host: "127.0.0.1", port }, commands, timeoutMs: 1_000 });
    expect(replies).toEqual([
      { kind: "text", text: "PONG" },
      { kind: "text", text: "a\r\nb:12" },
    ]);
  });

  test("fails when the connection closes before the last answer", async () => {
    const port = await listen((_chunk, socket) => socket.end("+PONG\r\n"));
    const commands = [["PING"], ["PING"]];
    const asked = askRedis({ address: { host: "127.0.0.1", port }, commands, timeoutMs: 1_000 });
    await expect(asked).rejects.toThrow("closed before the answer");
  });
});
