/** A worker and a server over a wire to Redis, and what they answer an orchestrator. */
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { startServer } from "@runfleet/server";
import { serveHealth } from "@runfleet/service";
import { createFleetWorker } from "@runfleet/worker";
import { silentLog } from "../silent-log.js";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.js";

export interface Answers {
  readonly worker: number;
  readonly server: number;
}

export interface HealthScene<Redis> {
  readonly redis: Redis;
  readonly wire: TcpProxy;
  readonly fleet: FleetClient;
  /** Status of a page of the worker and of the server. */
  ask(path: "/livez" | "/readyz"): Promise<Answers>;
  close(): Promise<void>;
}

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

/** After which a worker says that it is not ready. */
const silentMsMax = 4_000;
/** A worker's `/livez` and `/readyz` are those of its process: who serves them is what `runfleet worker` uses. */
export async function openHealthScene<Redis extends Server>(
  redis: Redis,
  { folder }: { readonly folder: string },
): Promise<HealthScene<Redis>> {
  const wire = await openTcpProxy(redis.port);
  const fleet = createClient({ redis: wire.url });
  const server = await startServer({ fleet, port: 0, log: () => undefined });
  const worker = await createFleetWorker({
    ...{ redisUrl: wire.url, silentMsMax, log: silentLog, workDir: join(folder, "work"), sweepMs: 1_000 },
    config: { fallback: { name: "any", run: async () => ({}) } },
  });
  const health = await serveHealth({
    ...{ host: "127.0.0.1", port: 0, unready: () => worker.unready(), stuck: () => worker.stuck() },
  });
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  return {
    ...{ redis, wire, fleet },
    async ask(path) {
      const [ofWorker, ofServer] = await Promise.all([
        statusOf(`http://127.0.0.1:${health.port}${path}`),
        statusOf(`${server.url}${path}`),
      ]);
      return { worker: ofWorker, server: ofServer };
    },
    async close() {
      await Promise.all([worker.stop(), server.stop(), health.stop()]);
      await fleet.close();
      await wire.close();
      await redis.stop();
    },
  };
}
