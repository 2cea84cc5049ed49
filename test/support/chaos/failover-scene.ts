/**
 * A fleet of two worker processes whose Redis is replaced under it: its address is a wire that leads to the primary, and
 * the replica follows the primary over a wire of its own, which can be cut.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../eventually.js";
import { openProcessFleet, type ProcessFleet } from "../processes/process-fleet.js";
import type { WorkerProcess } from "../processes/worker-processes.js";
import { type LoneRedis, replicaOnline, startLoneRedis } from "./lone-redis.js";
import { openTcpProxy } from "./tcp-proxy.js";

export interface FailoverScene {
  readonly fleet: ProcessFleet;
  readonly workers: readonly WorkerProcess[];
  /** The server that the fleet's address leads to. */
  primary(): LoneRedis;
  /** The replica gets nothing any more; until now it has got everything. */
  cutReplication(): Promise<void>;
  /** kill -9 of the primary. The address leads to the replica, which is not promoted yet. */
  crash(): Promise<void>;
  promote(): Promise<void>;
  /**
   * A planned change: a new replica takes over with everything, the old primary lives on as its replica. The address
   * leads to the old one until it is changed, and connections stay where they are.
   */
  handOver(): Promise<{ changeAddress(): void }>;
  close(): Promise<void>;
}

export async function openFailoverScene(options: {
  readonly leaseTtlMs: number;
  readonly workflows: readonly string[];
}): Promise<FailoverScene> {
  const folder = await mkdtemp(join(tmpdir(), "runfleet-failover-"));
  const servers = [await startLoneRedis(folder, "first"), await startLoneRedis(folder, "second")] as const;
  const [first, second] = servers;
  const wire = await openTcpProxy(first.port);
  const link = await openTcpProxy(first.port);
  const fleet = await openProcessFleet({ redisUrl: wire.url, graceMs: 300, ...options });
  const workers = await Promise.all([fleet.worker(), fleet.worker()]);
  await second.command("REPLICAOF", "127.0.0.1", new URL(link.url).port);
  let primary: LoneRedis = first;
  const opened: { stop(): Promise<void> }[] = [...servers];
  return {
    ...{ fleet, workers },
    primary: () => primary,
    async cutReplication() {
      await caughtUp(first, second);
      await link.refuse();
    },
    async crash() {
      await first.kill();
      wire.leadTo(second.port);
      primary = second;
    },
    async promote() {
      await second.command("REPLICAOF", "NO", "ONE");
    },
    async handOver() {
      const next = await startLoneRedis(folder, "third");
      opened.push(next);
      await next.command("REPLICAOF", "127.0.0.1", String(second.port));
      await caughtUp(second, next);
      await replicaOnline(second, next);
      await second.command("FAILOVER", "TO", "127.0.0.1", String(next.port));
      await eventually("the old primary is a replica", () => hasRole(second, "slave"));
      primary = next;
      return { changeAddress: () => wire.leadTo(next.port) };
    },
    async close() {
      await fleet.clear();
      await Promise.all([wire.close(), link.close()]);
      await Promise.all(opened.map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a primary writes reaches its replica in order: with this mark came everything before it. */
async function caughtUp(primary: LoneRedis, replica: LoneRedis): Promise<void> {
  const mark = String(performance.now());
  await primary.command("SET", "failover-mark", mark);
  await eventually("the replica has everything", async () =>
    (await replica.command("GET", "failover-mark")) === mark ? true : undefined,
  );
}

async function hasRole(server: LoneRedis, wanted: string): Promise<true | undefined> {
  const [role] = (await server.command("ROLE")) as readonly unknown[];
  return role === wanted ? true : undefined;
}
