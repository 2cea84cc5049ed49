/**
 * A fleet of processes on a real Redis Cluster: families, gates and waits, while the slot of the fleet is moved to another
 * member key by key, and while the member that has it is killed and its replica takes over.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@runfleet/client";
import { isRunfleetError } from "@runfleet/model";
import { partitionTag } from "@runfleet/store";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type RedisCluster, startRedisCluster } from "../support/cluster/redis-cluster.js";
import { eventually } from "../support/eventually.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";
import type { WorkerProcess } from "../support/processes/worker-processes.js";

const situations = ["move", "failover"] as const;
type Situation = (typeof situations)[number];

/** Short runs that are started while something happens; one page of a list. */
const quickMax = 100;

const workflows = situations.flatMap((each) => [
  `workflow child_${each} { call held_${each} }`,
  `workflow family_${each} {
    call kept
    call workflow child_${each}
    gate human_review { prompt = "well?" }
    call last
  }`,
  `workflow quick_${each} { call quick }`,
]);

describe.skipIf(inject("redisKind") === "js")("a fleet on a Redis Cluster", () => {
  let folder: string;
  let cluster: RedisCluster;
  let fleet: ProcessFleet;
  let tag: string;
  let workers: readonly WorkerProcess[];

  const begun = (runId: string, action: string): number =>
    fleet.ledger({ action, what: "begun" }).filter(({ key }) => key.startsWith(`${runId}:`)).length;

  /** Starts short runs, one after another, until `change` is over; says their ids. What is refused is said again. */
  const startMeanwhile = async (each: Situation, change: Promise<void>): Promise<readonly string[]> => {
    const ids: string[] = [];
    let isOver = false;
    const over = change.finally(() => {
      isOver = true;
    });
    while (!isOver && ids.length < quickMax) {
      const start = () => fleet.client.start(`quick_${each}`, { idempotencyKey: `${each} ${ids.length}` });
      const { id } = await eventually("a start is taken", () => start().catch(unlessUnavailable));
      ids.push(id);
    }
    await over;
    return ids;
  };

  /** A family whose child is at work while `change` happens, and short runs that are started meanwhile. */
  const lives = async (each: Situation, change: () => Promise<void>): Promise<void> => {
    const { client } = fleet;
    const { id } = await client.start(`family_${each}`);
    const held = await fleet.noted({ action: `held_${each}` });
    const quick = await startMeanwhile(each, change());
    fleet.free(`held_${each}`);
    const asked = async () => (await client.gates({ runId: id })).gates[0];
    await eventually("somebody is asked", () => asked().catch(unlessUnavailable));
    await client.approve(id);
    expect(await client.result(id, { timeoutMs: 30_000 })).toMatchObject({ status: "completed" });
    for (const runId of quick)
      expect(await client.result(runId, { timeoutMs: 30_000 })).toMatchObject({ status: "completed" });
    for (const action of ["kept", "last"]) expect(begun(id, action), action).toBe(1);
    const [childId = ""] = held.key.split(":");
    expect(begun(childId, `held_${each}`)).toBe(1 + (await fleet.leasesLost(childId)));
    expect(quick.length).toBeGreaterThan(0);
    const { runs } = await client.list({ workflow: `quick_${each}`, limit: quickMax });
    expect(runs.map((run) => run.id).sort()).toEqual([...quick].sort());
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runfleet-cluster-"));
    cluster = await startRedisCluster(folder);
    fleet = await openProcessFleet({ redisUrl: cluster.url, leaseTtlMs: 5_000, graceMs: 300, workflows });
    tag = partitionTag(fleet.place.namespace, 0);
    workers = await Promise.all([fleet.worker(), fleet.worker()]);
  });
  afterAll(async () => {
    await fleet?.clear();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("goes on while its slot is moved to another member, key by key", async () => {
    const before = await cluster.ownerOf(tag);
    await lives("move", () => cluster.moveSlot(tag));
    expect((await cluster.ownerOf(tag)).id).not.toBe(before.id);
  });

  it("goes on with the replica when the member that has its slot is killed", async () => {
    await lives("failover", () => cluster.failOver(tag));
    expect(await Promise.all(workers.map(({ ended }) => Promise.race([ended, "lives"])))).toEqual([
      "lives",
      "lives",
    ]);
  });

  it("the doctor sees a member of a cluster, and says when the address does not tell it is one", async () => {
    const clusterOf = async (redis: string) => {
      const client = createClient({ redis, namespace: fleet.place.namespace });
      const findings = await client.examineRedis();
      await client.close();
      return findings.find(({ check }) => check === "cluster");
    };
    expect(await clusterOf(cluster.url)).toMatchObject({
      status: "warning",
      found: "member of a cluster, no replica",
    });
    const { port } = await cluster.ownerOf(tag);
    expect(await clusterOf(`redis://127.0.0.1:${port}`)).toMatchObject({ status: "problem" });
  });
});

function unlessUnavailable(error: unknown): undefined {
  if (!isRunfleetError(error) || error.code !== "redis_unavailable") throw error;
}
