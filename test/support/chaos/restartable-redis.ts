/**
 * The Redis of a chaos run: a real server with an append-only file, written to disk every second, that can be stopped and
 * killed and comes back at the same address with what it had kept.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedRedis } from "@runfleet/testing";
import { commandOf } from "./lone-redis.js";

export interface RestartableRedis {
  readonly url: string;
  readonly port: number;
  /** Ends the server with the signal and resolves when a new one answers. */
  restart(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Writes nothing to disk from now on; after the next restart the server is what it was now. */
  stopRemembering(): Promise<void>;
  /** One command, over a connection of its own. */
  command(name: string, ...words: readonly string[]): Promise<unknown>;
  stop(): Promise<void>;
}

const cache = fileURLToPath(new URL("../../../.cache/runfleet", import.meta.url));
/** Below the ports that systems give to outgoing connections: nobody takes it while the server is down. */
const ports = { first: 21_000, count: 10_000 } as const;

/** Throws when no server can be started that remembers anything. */
export async function startRestartableRedis(folder: string): Promise<RestartableRedis> {
  const dir = join(folder, "redis");
  const port = await freePort(process.pid);
  const start = () => startEmbeddedRedis({ dir, port, cacheDir: cache });
  let server = await start();
  if (!server.durable) throw new Error(`a ${server.kind} Redis forgets everything when it restarts`);
  const command = (name: string, ...words: readonly string[]): Promise<unknown> =>
    commandOf(server.url, name, ...words);
  return {
    ...{ url: server.url, port, command },
    async restart(signal) {
      process.kill(server.pid, signal);
      await server.stop();
      server = await start();
    },
    async stopRemembering() {
      await command("CONFIG", "SET", "appendonly", "no");
    },
    stop: () => server.stop(),
  };
}

async function freePort(begin: number): Promise<number> {
  for (let offset = 0; offset < ports.count; offset += 1) {
    const port = ports.first + ((begin + offset) % ports.count);
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
