/** A client and worker processes on a namespace of their own, cleared away together. */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { connectRedis, partitionTag } from "@runfleet/store";
import { eventually } from "../eventually.js";
import { freeFile, type LedgerLine, unblockFile } from "./actions.mjs";
import {
  type Fault,
  ledgerOf,
  type ProcessPlace,
  readLedger,
  startFaultyWorker,
  startWorker,
  type WorkerProcess,
  type WorkerStart,
} from "./worker-processes.js";

export interface ProcessFleet {
  readonly client: FleetClient;
  readonly place: ProcessPlace;
  /** The built `runfleet worker`. */
  worker(how?: WorkerStart): Promise<WorkerProcess>;
  faultyWorker(fault: Fault): Promise<WorkerProcess>;
  ledger(wanted?: Partial<LedgerLine>): readonly LedgerLine[];
  /** How often an owner of the run was taken for dead. */
  leasesLost(runId: string): Promise<number>;
  /** The first line like this, as soon as it is there. */
  noted(wanted: Partial<LedgerLine>): Promise<LedgerLine>;
  /** Leases that somebody holds. */
  leases(): Promise<readonly string[]>;
  /** Lets a process go on that `block` keeps busy. */
  unblock(): void;
  /** Lets all attempts of these actions go on, now and later; their names begin with `held_`. */
  free(...actions: readonly string[]): void;
  /** Ends every worker that still lives. */
  clear(): Promise<void>;
}

export async function openProcessFleet(options: {
  readonly redisUrl: string;
  readonly leaseTtlMs: number;
  readonly graceMs: number;
  readonly workflows: readonly string[];
}): Promise<ProcessFleet> {
  const { redisUrl, leaseTtlMs, graceMs } = options;
  const namespace = `processes-${randomUUID().slice(0, 8)}`;
  const folder = await mkdtemp(join(tmpdir(), "runfleet-processes-"));
  const place: ProcessPlace = { redisUrl, namespace, folder, leaseTtlMs, graceMs };
  const client = createClient({ redis: redisUrl, namespace, actor: "tester" });
  await client.publish(options.workflows.map((source) => ({ source })));
  const workers: WorkerProcess[] = [];
  const kept = async (starting: Promise<WorkerProcess>): Promise<WorkerProcess> => {
    const worker = await starting;
    workers.push(worker);
    return worker;
  };
  const name = (): string => `worker-${workers.length + 1}`;
  const ledger = (wanted: Partial<LedgerLine> = {}): readonly LedgerLine[] =>
    readLedger(place).filter((line) =>
      Object.entries(wanted).every(([member, value]) => line[member as keyof LedgerLine] === value),
    );
  return {
    ...{ client, place, ledger },
    worker: (how) => kept(startWorker(place, name(), how)),
    faultyWorker: (fault) => kept(startFaultyWorker(place, name(), fault)),
    noted: (wanted) => eventually(`the ledger says ${JSON.stringify(wanted)}`, () => ledger(wanted)[0]),
    async leases() {
      const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
      const keys = await redis.keys(`${partitionTag(namespace, 0)}:lease:*`);
      redis.disconnect();
      return keys;
    },
    unblock: () => writeFileSync(unblockFile(ledgerOf(place)), ""),
    free(...actions) {
      for (const action of actions) writeFileSync(freeFile(ledgerOf(place), action), "");
    },
    async leasesLost(runId) {
      let lost = 0;
      for await (const { type } of client.events(runId, { until: "history" })) {
        if (type === "lease.lost") lost += 1;
      }
      return lost;
    },
    async clear() {
      await Promise.all(workers.map((worker) => worker.end("SIGKILL")));
      await client.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
