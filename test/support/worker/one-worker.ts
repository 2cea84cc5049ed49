/**
 * One worker's activator on a store in memory: takes a run as a job would make it, with leases the test may steal.
 * Executes real activations; there is no queue, so nothing is taken unless the test says so.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Definition,
  Disposition,
  Lease,
  LeaseStore,
  NewRun,
  OutboxEntry,
  StepRecord,
} from "@runfleet/model";
import { createMemoryLeases, createMemoryStore, createSecretBox, definitionHash } from "@runfleet/store";
import type { WorkerConfig } from "@runfleet/worker";
import { type Activator, createActivator } from "../../../packages/worker/src/activator.js";
import { systemClock } from "../../../packages/worker/src/clock.js";
import { createDefinitions } from "../../../packages/worker/src/definitions.js";
import { createLeaseKeeper } from "../../../packages/worker/src/lease-keeper.js";
import { createQuickActions, type QuickActions } from "../../../packages/worker/src/quick-actions.js";
import { createRegistry } from "../../../packages/worker/src/registry.js";
import { runInfo } from "../engine/world.js";
import { silentLog } from "../silent-log.js";

export interface OneWorker {
  readonly store: ReturnType<typeof createMemoryStore>;
  readonly leases: LeaseStore;
  readonly activator: Activator;
  /** Another process takes the place of one that was stopped. */
  replace(): void;
  /** Creates a run of this definition. */
  create(definition: Definition, run?: Partial<NewRun>): Promise<string>;
  /** Entries of the outbox that it was asked to perform; it only remembers them. */
  readonly performed: readonly OutboxEntry[];
  /** What a job for the run makes of it. */
  take(runId: string): Promise<Disposition>;
  /** Another owner takes the run from whoever has it, as after its lease has run out. */
  steal(runId: string): Promise<void>;
  /** The worker's owner of the run vanishes, as a killed process does: its lease runs out, and it has told nobody. */
  vanish(runId: string): Promise<void>;
  /** `name#attempt status` of each step record. */
  steps(runId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openOneWorker(
  config: WorkerConfig,
  timing: {
    readonly leaseTtlMs?: number;
    readonly renewMs?: number;
    /** Stands between the worker and the leases. */
    readonly leases?: (real: LeaseStore) => LeaseStore;
    readonly quickActions?: QuickActions;
  } = {},
): Promise<OneWorker> {
  const { leaseTtlMs = 60_000, renewMs = 20_000 } = timing;
  const workDir = await mkdtemp(join(tmpdir(), "runfleet-one-worker-"));
  const store = createMemoryStore({ now: Date.now });
  const real = createMemoryLeases({ now: Date.now, store });
  const granted = new Map<string, Lease>();
  const performed: OutboxEntry[] = [];
  const remembering: LeaseStore = {
    ...real,
    draw(runId, ttlMs) {
      const lease = real.draw(runId, ttlMs);
      granted.set(runId, lease);
      return lease;
    },
    async acquire(runId, ttlMs) {
      const reply = await real.acquire(runId, ttlMs);
      if (reply.tag === "held") granted.set(runId, reply.lease);
      return reply;
    },
  };
  const leases = timing.leases?.(remembering) ?? remembering;
  const keeper = createLeaseKeeper({
    leases,
    clock: systemClock,
    ttlMs: leaseTtlMs,
    renewMs,
    onError: () => undefined,
  });
  const openActivator = (): Activator =>
    createActivator({
      ...{
        workerId: "w1",
        store,
        leases,
        keeper,
        leaseTtlMs,
        config,
        workDir,
        killGraceMs: 200,
        log: () => silentLog,
      },
      definitions: createDefinitions(store),
      ...{ secrets: createSecretBox({ namespace: "rf" }), namespace: "rf" },
      registry: createRegistry(config),
      ports: {
        ...{
          store,
          log: silentLog,
          parallelMax: 8,
          clock: systemClock,
          keptMs: () => 60_000,
          stopGraceMs: 1_000,
          quickActions: timing.quickActions ?? createQuickActions(),
        },
        performOutbox: async (entries) => {
          performed.push(...entries);
          return [];
        },
        wakeParent: () => Promise.resolve([]),
      },
    });
  let activator = openActivator();
  let runs = 0;
  const vanish = async (runId: string): Promise<void> => {
    const held = granted.get(runId);
    if (held !== undefined) await real.release(held);
  };
  return {
    store,
    leases,
    performed,
    get activator() {
      return activator;
    },
    replace() {
      activator = openActivator();
    },
    async create(definition, run = {}) {
      const json = JSON.stringify(definition);
      const hash = definitionHash(json);
      await store.publish([{ name: definition.name, hash, json }]);
      runs += 1;
      const id = `run-${runs}`;
      await store.createRun({
        ...runInfo({ id, rootId: id, definitionHash: hash, createdAt: Date.now() }),
        ...run,
      });
      return id;
    },
    take: (runId) => activator.handle(runId),
    vanish,
    async steal(runId) {
      await vanish(runId);
      const taken = await real.acquire(runId, leaseTtlMs);
      if (taken.tag !== "held") throw new Error(taken.tag);
      const leaseToken = taken.lease.token;
      const reply = await store.activate({ runId, leaseToken, owner: "w2", recoveriesMax: 5 });
      if (reply.tag !== "activated") throw new Error(reply.tag);
    },
    async steps(runId) {
      const { rows } = await store.readSteps({ runId, limit: 100 });
      return rows.map(({ name, attempt, status }: StepRecord) => `${name}#${attempt} ${status}`);
    },
    async close() {
      keeper.stop();
      await store.close();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** A promise and what fulfils it. */
export function deferred<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
