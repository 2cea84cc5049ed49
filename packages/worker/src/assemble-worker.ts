/**
 * A worker out of its ports: consumers, activations, the keeper of leases and the sweeper, connected and ended in order.
 * Opens no connection and knows no machine; `createFleetWorker` gives it Redis, a simulation a fleet in memory.
 *
 *   starting → working → stopping (no new jobs, activations yield, running attempts get their grace) → stopped
 */
import type { Recorder } from "@runfleet/metrics";
import { createRecorder } from "@runfleet/metrics";
import type { CancelFeed, Disposition, LeaseStore, RunQueue, RunStore } from "@runfleet/model";
import { createSecretBox, type SecretBox } from "@runfleet/store";
import type { ActivationPorts } from "./activation.js";
import { createActivator } from "./activator.js";
import type { Clock } from "./clock.js";
import type { WorkerConfig } from "./config.js";
import { createDefinitions } from "./definitions.js";
import type { FleetClock } from "./fleet-clock.js";
import { createLeaseKeeper } from "./lease-keeper.js";
import type { WorkWatch } from "./local-work.js";
import { meterHandle, meterKeeper, meterLeases, meterSlots, meterStore } from "./metrics/metered-ports.js";
import type { OutboxPorts } from "./outbox.js";
import { performEntries, wakeParent } from "./outbox.js";
import type { RunWatch } from "./partitions/each-partition.js";
import { announcePresence } from "./presence.js";
import { createQuickActions } from "./quick-actions.js";
import { createRecentWork } from "./recent-work.js";
import { createRegistry } from "./registry.js";
import { keepRetention } from "./retention.js";
import { createRetentionRules, type RetentionRules } from "./retention-rules.js";
import { createTicker } from "./schedules/ticker.js";
import { createSweeper } from "./sweeper.js";
import { type ComponentLog, componentLogs, troubleIn, type WorkerLog } from "./worker-log.js";

export interface WorkerParts {
  /** For spans; default `rf`. */
  readonly namespace?: string;
  readonly workerId: string;
  readonly store: RunStore & CancelFeed;
  readonly leases: LeaseStore;
  readonly queue: RunQueue;
  readonly clock: Clock;
  /** Sets the clock by the store's time; absent when it is the store's clock already. */
  readonly setClock?: FleetClock["setBy"];
  /** Numbers in [0, 1), for jitter only. */
  readonly random: () => number;
  readonly config: WorkerConfig;
  /** Default: without keys. */
  readonly secrets?: SecretBox;
  readonly log: WorkerLog;
  /** Default: one that nobody reads. */
  readonly recorder?: Recorder<"worker">;
  readonly concurrency: number;
  readonly pools: readonly string[];
  readonly leaseTtlMs: number;
  /** Absolute. */
  readonly workDir: string;
  readonly sweepMs: number;
  /** The longest sleep of the ticker: a schedule that is added is heard of within this time. Default 1 s. */
  readonly scheduleLookMs?: number;
  /** Hears of every run that is taken and given back. Default: nobody. */
  readonly fetches?: Pick<RunWatch, "took" | "gave">;
  readonly graceMs: number;
  /** For a fleet on a clock that jumps: it stands still while such work is under way. */
  readonly watchWork?: WorkWatch;
}

/** Attempts of one run that run on one worker at once; further parallel branches wait for a place. */
const parallelMax = 64;
/** How long a script may live after SIGTERM. */
const killGraceMs = 5_000;

export interface AssembledWorker {
  /** Runs in hand. */
  busy(): number;
  /** See `Presence`. */
  silentMs(): number;
  /** Resolves when nothing of this worker runs any more. The ports stay open. */
  stop(): Promise<void>;
}

export async function assembleWorker(parts: WorkerParts): Promise<AssembledWorker> {
  const { workerId, queue, clock, config, pools, concurrency, leaseTtlMs, workDir } = parts;
  const { namespace = "rf", secrets = createSecretBox({ namespace: "" }) } = parts;
  const log = componentLogs(parts.log, { worker: workerId });
  const meter = { recorder: parts.recorder ?? createRecorder("worker", ""), clock };
  const store = meterStore(parts.store, meter);
  const leases = meterLeases(parts.leases, meter);
  const rules = createRetentionRules(config.retention);
  const definitions = createDefinitions(store);
  const outbox: OutboxPorts = { store, queue, definitions, secrets, namespace, now: () => clock.now() };
  const renewMs = Math.floor(leaseTtlMs / 3);
  const keeper = meterKeeper(
    createLeaseKeeper({ leases, clock, ttlMs: leaseTtlMs, renewMs, onError: troubleIn(log("lease")) }),
    meter,
  );
  const activator = createActivator({
    ...{ workerId, store, leases, keeper, leaseTtlMs, definitions, config, log, killGraceMs, workDir },
    ...{ secrets, namespace },
    registry: createRegistry(config, store),
    ports: {
      ...{ store, log: log("store"), parallelMax, clock, keptMs: rules.ageMs },
      ...{ stopGraceMs: parts.graceMs, quickActions: createQuickActions() },
      watchWork: parts.watchWork,
      ...outboxWork(outbox, troubleIn(log("outbox"))),
    },
  });

  const busy = (): number => activator.busy;
  meterSlots(meter, { slots: concurrency * pools.length, leaseTtlMs, busy });
  const work = createRecentWork(clock.monotonic());
  const presence = announcePresence({
    ...{ store, clock, workerId, pools, slots: concurrency, busy, onError: troubleIn(log("process")) },
    recent: () => work.sums(clock.monotonic()),
    setClock: parts.setClock ?? (async (ask) => void (await ask())),
  });
  const unsubscribe = await store.subscribe((runId) => activator.poke(runId));
  if (parts.setClock !== undefined) await presence.known;
  const handleFor =
    (pool: string) =>
    async ({ runId }: { readonly runId: string }): Promise<Disposition> => {
      work.took(clock.monotonic());
      parts.fetches?.took(pool, runId);
      try {
        return await activator.handle(runId);
      } finally {
        work.gave(clock.monotonic());
        parts.fetches?.gave(pool, runId);
      }
    };
  const consumers = await Promise.all(
    pools.map((pool) =>
      queue.consume({
        ...{ pool, concurrency, onError: troubleIn(log("queue")) },
        handle: meterHandle(pool, handleFor(pool), meter),
      }),
    ),
  );
  const stopUpkeep = openUpkeep(parts, { outbox, rules, log, recorder: meter.recorder });

  const stop = async (): Promise<void> => {
    presence.leave();
    const ticked = stopUpkeep();
    await Promise.all(consumers.map((consumer) => consumer.pause()));
    activator.stopAll();
    await Promise.all(consumers.map((consumer) => consumer.close()));
    keeper.stop();
    await ticked;
    await presence.withdraw();
    await unsubscribe();
  };
  return { busy, silentMs: () => presence.silentMs(), stop };
}

function outboxWork(
  ports: OutboxPorts,
  onError: (error: unknown) => void,
): Pick<ActivationPorts, "performOutbox" | "wakeParent"> {
  return {
    performOutbox: (entries, run) => performEntries(entries, { ports, known: run, onError }),
    wakeParent: (run, { withinMs }) =>
      wakeParent(run, { ports, onError, ...(withinMs === undefined ? {} : { withinMs }) }),
  };
}

/** What a worker does beside its runs, for the whole fleet. Answers how to stop it. */
function openUpkeep(
  parts: WorkerParts,
  {
    outbox,
    rules,
    log,
    recorder,
  }: {
    readonly outbox: OutboxPorts;
    readonly rules: RetentionRules;
    readonly log: ComponentLog;
    readonly recorder: Recorder<"worker">;
  },
): () => Promise<void> {
  const recoveries = recorder.counter("runfleet_recoveries_total");
  const { clock, random, sweepMs: intervalMs, config, leaseTtlMs: silentMs } = parts;
  const sweeper = createSweeper({
    ...{ ports: outbox, clock, log: log("sweeper"), random, silentMs, intervalMs },
    onRepaired: (what, count) => recoveries.add(count, what),
  });
  const retention = keepRetention({
    ...{ store: outbox.store, rules, clock, log: log("retention"), random, intervalMs },
    sinks: (config.sinks ?? []).map(({ name }) => name),
  });
  const ticker = createTicker({
    ports: { ...outbox, log: log("schedule") },
    ...{ clock, lookMs: parts.scheduleLookMs ?? 1_000 },
  });
  return () => {
    sweeper.stop();
    retention.stop();
    return ticker.stop();
  };
}
