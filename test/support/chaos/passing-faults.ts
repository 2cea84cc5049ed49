/**
 * The faults of the chaos suite after which, or under which, worker and server still hear Redis: what an orchestrator may not take
 * for an end. One after the other on one fleet; the last ones leave it on another server.
 */
import { eventually } from "../eventually.js";
import type { HealthScene } from "./health-scene.js";
import { type LoneRedis, replicaOnline, startLoneRedis } from "./lone-redis.js";
import type { RestartableRedis } from "./restartable-redis.js";

type Scene = HealthScene<RestartableRedis>;

export interface PassingFault {
  begin(scene: Scene, folder: string): unknown;
  /** Absent: it is over with its beginning. */
  end?(scene: Scene): unknown;
  /** True: meanwhile nothing is written. What was written can still be read, so the server stays ready. */
  readonly refusesWrites?: boolean;
}

const replicas: LoneRedis[] = [];

/** A server that has everything the other one has. */
async function replicaOf(
  primary: Pick<LoneRedis, "port" | "command">,
  { folder, name }: { readonly folder: string; readonly name: string },
): Promise<LoneRedis> {
  // Else it waits five seconds for more replicas that may come.
  await primary.command("CONFIG", "SET", "repl-diskless-sync-delay", "0");
  const replica = await startLoneRedis(folder, name);
  replicas.push(replica);
  await replica.command("REPLICAOF", "127.0.0.1", String(primary.port));
  await eventually("the replica follows", async () => {
    const [, , , state] = (await replica.command("ROLE")) as string[];
    return state === "connected" ? true : undefined;
  });
  await replicaOnline(primary, replica);
  return replica;
}

export async function stopReplicas(): Promise<void> {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
}

export const passingFaults: Readonly<Record<string, PassingFault>> = {
  "every connection is cut": { begin: ({ wire }) => wire.cut() },
  "Redis forgets its scripts": { begin: ({ redis }) => redis.command("SCRIPT", "FLUSH") },
  "Redis restarts": { begin: ({ redis }) => redis.restart("SIGTERM") },
  "Redis is killed and comes back": { begin: ({ redis }) => redis.restart("SIGKILL") },
  "Redis is set back": {
    async begin({ redis, fleet }) {
      await redis.stopRemembering();
      await fleet.start("quick");
      await redis.restart("SIGKILL");
    },
  },
  "Redis is read-only": {
    begin: ({ redis }) => redis.command("REPLICAOF", "127.0.0.1", "1"),
    end: ({ redis }) => redis.command("REPLICAOF", "NO", "ONE"),
    refusesWrites: true,
  },
  "Redis has fewer replicas than it must have": {
    begin: ({ redis }) => redis.command("CONFIG", "SET", "min-replicas-to-write", "1"),
    end: ({ redis }) => redis.command("CONFIG", "SET", "min-replicas-to-write", "0"),
    refusesWrites: true,
  },
  "Redis is full": {
    begin: ({ redis }) => redis.command("CONFIG", "SET", "maxmemory", "1"),
    end: ({ redis }) => redis.command("CONFIG", "SET", "maxmemory", "0"),
    refusesWrites: true,
  },
  "Redis is slow": { begin: ({ redis }) => redis.command("CLIENT", "PAUSE", "400", "ALL") },
  "Redis is changed for another as planned": {
    async begin({ redis, wire }, folder) {
      const next = await replicaOf(redis, { folder, name: "next" });
      await redis.command("FAILOVER", "TO", "127.0.0.1", String(next.port));
      await eventually("the old primary is a replica", async () => {
        const [role] = (await redis.command("ROLE")) as string[];
        return role === "slave" ? true : undefined;
      });
      wire.leadTo(next.port);
    },
  },
  "Redis dies and its replica takes over": {
    async begin({ wire }, folder) {
      const primary = replicas[0] as LoneRedis;
      const next = await replicaOf(primary, { folder, name: "last" });
      await primary.kill();
      wire.leadTo(next.port);
      await next.command("REPLICAOF", "NO", "ONE");
    },
  },
};
