/** One server of a Redis Cluster on this machine, as a process of its own. Does not know the others. */
import { createServer } from "node:net";
import { startEmbeddedRedis } from "@runfleet/testing";
import { Redis } from "ioredis";

export interface ClusterMember {
  /** Its name among the members. */
  readonly id: string;
  readonly port: number;
  /** Where the members talk with each other. */
  readonly busPort: number;
  /** One command to this member itself. */
  command(name: string, ...words: readonly (string | number)[]): Promise<unknown>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** How soon a dead primary is replaced: short, and long enough for a busy machine. */
const nodeTimeoutMs = 1_000;

/** Throws where there is only a server that cannot be a member. */
export async function startMember(dir: string): Promise<ClusterMember> {
  const busPort = await findFreePort();
  const settings = {
    "cluster-enabled": "yes",
    "cluster-port": String(busPort),
    "cluster-node-timeout": String(nodeTimeoutMs),
    // Else a new replica waits five seconds for others that may come.
    "repl-diskless-sync-delay": "0",
  };
  const server = await startEmbeddedRedis({ dir, appendOnly: false, settings });
  if (server.kind === "js") throw new Error("a js Redis cannot be a member of a cluster");
  const redis = new Redis(server.url).on("error", () => {});
  const stop = async (): Promise<void> => {
    redis.disconnect();
    await server.stop();
  };
  return {
    id: String(await redis.call("CLUSTER", "MYID")),
    port: server.port,
    busPort,
    command: (name, ...words) => redis.call(name, ...words),
    async kill() {
      process.kill(server.pid, "SIGKILL");
      await stop();
    },
    stop,
  };
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const holder = createServer();
    holder.once("error", reject);
    holder.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = holder.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      holder.close(() => resolve(port));
    });
  });
}
