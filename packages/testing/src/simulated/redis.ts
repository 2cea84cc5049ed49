/**
 * The other end of all wires: one store and one queue in memory, with what a server does by itself: delayed jobs come
 * due, locks of jobs run out, jobs get lost, and a failover forgets the last writes. Every write is shown to the ledger.
 */
import type { CancelFeed, RunStore } from "@runfleet/model";
import { createMemoryQueue, type MemoryQueue } from "@runfleet/queue";
import { createMemoryStore, restoreSnapshot, takeSnapshot } from "@runfleet/store";
import type { Machine } from "./machine.js";
import type { VirtualTime } from "./virtual-time.js";
import type { Weather } from "./weather.js";

export type TwinStore = RunStore & CancelFeed;

export interface Forgetful {
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

export interface Redis {
  readonly time: VirtualTime;
  readonly weather: Weather;
  /** As machines see it. */
  readonly store: TwinStore;
  /** The twin itself. */
  readonly memory: TwinStore;
  readonly queue: MemoryQueue;
  readonly locks: {
    taken(runId: string, machine: Machine): void;
    /** The machine has done with the job: whoever has it in the queue, this one does not renew its lock any more. */
    left(runId: string, machine: Machine): void;
  };
}

export const leaseTtlMs = 10_000;
/** As the worker sets it. */
const lockMs = leaseTtlMs;
const troubleMs = 3_000;
const writesForgottenMax = 40;

export function createRedis(options: {
  readonly time: VirtualTime;
  readonly weather: Weather;
  /** Between the wires and the twin: who watches writes stands here. */
  readonly around?: (memory: TwinStore) => TwinStore;
  /** What else forgets in a failover that forgets the last writes. */
  readonly alsoForgets?: Forgetful;
}): Redis {
  const { time, weather, around = (store) => store } = options;
  const now = () => time.now();
  const memory = createMemoryStore({ now });
  const queue = createMemoryQueue({ now });
  const forgetting = createForgetting({ memory, queue, alsoForgets: options.alsoForgets, weather });
  const store = Object.fromEntries(
    Object.entries(around(memory)).map(([name, method]) => [
      name,
      (...args: never[]) => {
        forgetting.step();
        return (method as (...args: never[]) => unknown)(...args);
      },
    ]),
  ) as unknown as TwinStore;
  const locks = createLocks({ time, queue });

  const trouble = (): void => {
    locks.check();
    forgetting.perhaps();
    loseJob(queue, weather);
    doubleJob(queue, weather);
    time.at(now() + troubleMs, trouble, "beat");
  };
  time.at(now() + troubleMs, trouble, "beat");
  return { time, weather, store, memory, queue, locks };
}

/** A failover: at some time the replica stops following, and some writes later it is the master. */
function createForgetting(options: {
  readonly memory: RunStore;
  readonly queue: MemoryQueue;
  readonly alsoForgets: Forgetful | undefined;
  readonly weather: Weather;
}) {
  const { memory, queue, alsoForgets, weather } = options;
  let replica: { restore: () => void; afterWrites: number } | undefined;
  return {
    perhaps() {
      if (replica !== undefined || !weather.strikes("last writes forgotten")) return;
      const store = takeSnapshot(memory);
      const jobs = queue.snapshot();
      const known = alsoForgets?.snapshot();
      replica = {
        afterWrites: 1 + weather.random.below(writesForgottenMax),
        restore() {
          restoreSnapshot(memory, store);
          queue.restore(jobs);
          alsoForgets?.restore(known);
        },
      };
    },
    step() {
      if (replica === undefined) return;
      replica.afterWrites -= 1;
      if (replica.afterWrites > 0) return;
      replica.restore();
      replica = undefined;
    },
  };
}

/** What BullMQ's stalled check does: a job whose worker has not renewed its lock goes to another one. */
function createLocks({ time, queue }: { readonly time: VirtualTime; readonly queue: MemoryQueue }) {
  const locks = new Map<string, { machine: Machine | undefined; until: number }>();
  return {
    taken(runId: string, machine: Machine): void {
      locks.set(runId, { machine, until: time.now() + lockMs });
    },
    left(runId: string, machine: Machine): void {
      const lock = locks.get(runId);
      if (lock?.machine === machine) lock.machine = undefined;
    },
    check(): void {
      const active = activeJobs(queue);
      const isActive = new Set(active.map(({ runId }) => runId));
      for (const runId of locks.keys()) if (!isActive.has(runId)) locks.delete(runId);
      for (const { runId, pool } of active) {
        const lock = locks.get(runId) ?? { machine: undefined, until: time.now() + lockMs };
        locks.set(runId, lock);
        if (lock.machine?.state() === "running") lock.until = time.now() + lockMs;
        else if (lock.until <= time.now()) queue.loseLock(runId, pool);
      }
    },
  };
}

interface JobInPool {
  readonly runId: string;
  readonly pool: string;
  readonly state: string;
}

function allJobs(queue: MemoryQueue): JobInPool[] {
  return [...queue.snapshot()].flatMap(([pool, jobs]) =>
    jobs.map(({ runId, state }) => ({ runId, pool, state })),
  );
}

function activeJobs(queue: MemoryQueue): JobInPool[] {
  return allJobs(queue).filter(({ state }) => state === "active");
}

function loseJob(queue: MemoryQueue, { random, strikes }: Weather): void {
  const jobs = allJobs(queue).filter(({ state }) => state !== "completed" && state !== "failed");
  const victim = jobs[random.below(Math.max(1, jobs.length))];
  if (victim === undefined || !strikes("job lost")) return;
  const left = [...queue.snapshot()].map(
    ([pool, all]) => [pool, all.filter(({ runId }) => runId !== victim.runId)] as const,
  );
  queue.restore(new Map(left));
}

function doubleJob(queue: MemoryQueue, { random, strikes }: Weather): void {
  const active = activeJobs(queue);
  const job = active[random.below(Math.max(1, active.length))];
  if (job !== undefined && strikes("job doubled")) queue.loseLock(job.runId, job.pool);
}
