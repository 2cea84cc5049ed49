/** A fleet as the board shows it: one real worker, a server without tokens, and how the board's page asks it. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { startServer } from "@runfleet/server";
import { connectRedis, partitionTag } from "@runfleet/store";
import { createFleetWorker, type WorkerConfig } from "@runfleet/worker";

export interface BoardFleet {
  readonly fleet: FleetClient;
  readonly url: string;
  readonly namespace: string;
  /** What the server wrote about its own faults. */
  readonly faults: readonly string[];
  /** What Bull Board's page would get from `/queues/api` and this path. */
  ask(method: "GET" | "PUT" | "POST" | "PATCH", path: string): Promise<BoardAnswer>;
  /** Job counts of the pool `default`. */
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export interface BoardAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
  readonly body: any;
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** Sweeps ten times as often as a fleet does, so that what a sweeper mends is soon seen. */
export async function openBoardFleet(
  redisUrl: string,
  options: { readonly config?: WorkerConfig; readonly workflows: readonly string[] },
): Promise<BoardFleet> {
  const faults: string[] = [];
  const namespace = `board-${randomUUID().slice(0, 8)}`;
  const workDir = await mkdtemp(join(tmpdir(), "runfleet-board-"));
  const fleet = createClient({ redis: redisUrl, namespace, actor: "tester" });
  await fleet.publish(options.workflows.map((source) => ({ source })));
  const server = await startServer({
    ...{ fleet, port: 0, board: { redis: redisUrl, namespace } },
    log: (line) => void faults.push(line),
  });
  const worker = await createFleetWorker({
    ...{ redisUrl, namespace, workDir, log: silent, sweepMs: 500, graceMs: 100 },
    config: options.config ?? {},
  });
  const ask: BoardFleet["ask"] = async (method, path) => {
    const response = await fetch(`${server.url}/queues/api${path}`, { method });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    ...{ fleet, namespace, faults, ask, url: server.url },
    counts: async () => (await ask("GET", "/queues")).body.queues[0].counts,
    close: async () => {
      await worker.stop();
      await server.stop();
      await fleet.close();
      await removeKeys(redisUrl, namespace);
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

async function removeKeys(redisUrl: string, namespace: string): Promise<void> {
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
  const left = await redis.keys(`${partitionTag(namespace, 0)}*`);
  if (left.length > 0) await redis.del(...left);
  redis.disconnect();
}
