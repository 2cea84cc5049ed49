/**
 * A Redis server of its own, in memory, that is asked and killed from outside; a replica of another one if wanted. Knows
 * nothing about what is in it.
 */
import { join } from "node:path";
import { connectRedis } from "@runfleet/store";
import { startEmbeddedRedis } from "@runfleet/testing";
import { eventually } from "../eventually.js";

export interface LoneRedis {
  readonly url: string;
  readonly port: number;
  /** One command, over a connection of its own. */
  command(name: string, ...words: readonly string[]): Promise<unknown>;
  /** One number or count of `INFO`; NaN when it is not there. */
  figure(name: string): Promise<number>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Throws when only a server can be started that cannot be a replica. */
export async function startLoneRedis(folder: string, name: string): Promise<LoneRedis> {
  const server = await startEmbeddedRedis({ dir: join(folder, name), appendOnly: false });
  if (server.kind === "js") throw new Error("a js Redis cannot be a replica");
  const { url, port } = server;
  const command = (word: string, ...words: readonly string[]): Promise<unknown> =>
    commandOf(url, word, ...words);
  // Else a new replica waits five seconds for others that may come.
  await command("CONFIG", "SET", "repl-diskless-sync-delay", "0");
  return {
    ...{ url, port, command },
    async figure(wanted) {
      const info = String(await command("INFO", "ALL"));
      return Number(new RegExp(`^${wanted}:(?:count=)?(\\d+)`, "m").exec(info)?.[1]);
    },
    async kill() {
      process.kill(server.pid, "SIGKILL");
      await server.stop();
    },
    stop: () => server.stop(),
  };
}

/**
 * The primary itself counts the replica as one to hand over to. The replica has its data and its connection earlier, and until then
 * `FAILOVER` is refused.
 */
export async function replicaOnline(
  primary: Pick<LoneRedis, "command">,
  replica: Pick<LoneRedis, "port">,
): Promise<void> {
  const online = new RegExp(`^slave\\d+:ip=[^,]*,port=${replica.port},state=online,`, "m");
  await eventually("the replica is online", async () =>
    online.test(String(await primary.command("INFO", "replication"))) ? true : undefined,
  );
}

/** One command, over a connection of its own. */
export async function commandOf(url: string, name: string, ...words: readonly string[]): Promise<unknown> {
  const redis = connectRedis(url, { role: "client", tag: "{rf:0}" });
  try {
    return await redis.call(name, ...words);
  } finally {
    redis.disconnect();
  }
}
