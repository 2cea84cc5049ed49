/**
 * Asks a Redis a few commands over one short-lived socket, with no client library: just enough RESP2 to see
 * whether somebody answers and who it is. Not a client: no reconnect, no arrays in replies.
 */
import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted?: boolean;
}

export interface RedisReply {
  readonly kind: "text" | "error";
  readonly text: string;
}

/**
 * Sends the commands and resolves with one reply each (`+OK`, `:1` and bulk strings as text, `-ERR …` as error).
 * Rejects when the socket fails, closes early, or `timeoutMs` passes.
 */
export function askRedis(options: {
  readonly address: RedisAddress;
  readonly commands: readonly (readonly string[])[];
  readonly timeoutMs: number;
}): Promise<readonly RedisReply[]> {
  const { address, commands, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const socket = openSocket(address);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    let received = Buffer.alloc(0);
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the connection was closed before the answer")));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const replies = readReplies(received);
      if (replies === "malformed") return fail(new Error("the answer is not Redis protocol"));
      if (replies.length < commands.length) return;
      clearTimeout(timer);
      resolve(replies);
      socket.destroy();
    });
    socket.write(commands.map(encodeCommand).join(""));
  });
}

/**
 * True when a Redis at `redis://[user[:password]@]host[:port]` (or `rediss://`) answers PING with PONG within
 * `timeoutMs`; false for anything else, including a refused password and a URL that cannot be read.
 */
export async function probeRedis(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const { address, login } = readRedisUrl(url);
    const replies = await askRedis({ address, commands: [...login, ["PING"]], timeoutMs });
    return replies.at(-1)?.text === "PONG";
  } catch {
    return false;
  }
}

/** Throws a TypeError or URIError for what is no Redis URL. */
function readRedisUrl(url: string): { address: RedisAddress; login: readonly string[][] } {
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== "redis:" && protocol !== "rediss:") throw new TypeError("not a Redis URL");
  const address = {
    // An IPv6 host comes in brackets; sockets want it without.
    host: hostname === "" ? "127.0.0.1" : hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 6379 : Number(port),
    isEncrypted: protocol === "rediss:",
  };
  const credentials = [username, password].filter((part) => part !== "").map(decodeURIComponent);
  return { address, login: password === "" ? [] : [["AUTH", ...credentials]] };
}

function openSocket({ host, port, isEncrypted }: RedisAddress): Socket {
  return isEncrypted === true ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
}

function encodeCommand(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

/** Every complete reply at the start of `received`. */
function readReplies(received: Buffer): readonly RedisReply[] | "malformed" {
  const replies: RedisReply[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = received.indexOf("\r\n", position);
    if (lineEnd === -1) return replies;
    const line = received.toString("utf8", position + 1, lineEnd);
    const marker = String.fromCharCode(received[position] ?? 0);
    position = lineEnd + 2;
    if (marker === "+" || marker === ":") {
      replies.push({ kind: "text", text: line });
    } else if (marker === "-") {
      replies.push({ kind: "error", text: line });
    } else if (marker === "$") {
      const sizeBytes = Number(line);
      if (received.length < position + sizeBytes + 2) return replies;
      replies.push({ kind: "text", text: received.toString("utf8", position, position + sizeBytes) });
      position += sizeBytes + 2;
    } else {
      return "malformed";
    }
  }
}
