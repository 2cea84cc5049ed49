/**
 * The ports of one machine: store, leases and queue as it sees them over its wire. What happens at the other end is done
 * by the twins in memory. Messages and jobs that come in may be lost, late or doubled.
 */
import type { CancelFeed, Consumer, Disposition, LeaseStore, RunQueue, RunStore } from "@runfleet/model";
import { createMemoryLeases } from "@runfleet/store";
import type { Line, Machine } from "./machine.js";
import type { Redis } from "./redis.js";

export interface Ports {
  readonly store: RunStore & CancelFeed;
  readonly leases: LeaseStore;
  readonly queue: RunQueue;
}

/** `onConsumer` is told of every consumer, so that those of a dead machine can be taken away. */
export function connect(machine: Machine, redis: Redis, onConsumer: (consumer: Consumer) => void): Ports {
  return {
    store: { ...remote(machine, "store", redis.store), subscribe: subscription(machine, redis) },
    leases: leasesOf(machine, redis),
    queue: queueOf(machine, redis, onConsumer),
  };
}

type Methods<T> = { [K in keyof T]: T[K] };

/** Every method becomes a request. Arguments are copied when they are sent. */
function remote<T extends object>(machine: Machine, line: Line, target: T): Methods<T> {
  const entries = Object.entries(target).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      const sent = structuredClone(args);
      return machine.request({ line, name }, () =>
        (method as (...args: unknown[]) => Promise<unknown>)(...sent),
      );
    },
  ]);
  return Object.fromEntries(entries) as Methods<T>;
}

function subscription(machine: Machine, { store, time, weather }: Redis): CancelFeed["subscribe"] {
  return (listener) =>
    store.subscribe((runId) => {
      if (weather.strikes("cancel message lost")) return;
      const lateMs = weather.strikes("cancel message late") ? weather.random.below(60_000) : 1;
      const times = weather.strikes("cancel message doubled") ? 2 : 1;
      for (let time_ = 0; time_ < times; time_ += 1) {
        time.at(time.now() + lateMs * (time_ + 1), () => machine.enter(() => listener(runId)));
      }
    });
}

/** The deadline counts from before the request was sent, as with redlock. */
function leasesOf(machine: Machine, { memory, time }: Redis): LeaseStore {
  const leases = createMemoryLeases({
    now: () => time.now(),
    store: memory,
    monoNow: machine.clock.monotonic,
  });
  const { acquire, renew } = remote(machine, "leases", leases);
  return {
    draw: leases.draw,
    async acquire(runId, ttlMs) {
      const deadlineMonoMs = machine.clock.monotonic() + ttlMs;
      const reply = await acquire(runId, ttlMs);
      return reply.tag === "held" ? { ...reply, lease: { ...reply.lease, deadlineMonoMs } } : reply;
    },
    async renew(lease, ttlMs) {
      const deadlineMonoMs = machine.clock.monotonic() + ttlMs;
      const reply = await renew(lease, ttlMs);
      return reply.tag === "renewed" ? { ...reply, lease: { ...reply.lease, deadlineMonoMs } } : reply;
    },
    release: (lease) =>
      machine
        .request({ line: "leases", name: "release" }, () => leases.release(lease))
        .catch(() => undefined),
    close: async () => undefined,
  };
}

function queueOf(machine: Machine, redis: Redis, onConsumer: (consumer: Consumer) => void): RunQueue {
  const { queue, time, weather, locks } = redis;
  const { add, backlog, counts, revive, remove } = remote(machine, "store", queue);
  return {
    add,
    backlog,
    counts,
    revive,
    remove,
    close: async () => undefined,
    wake(runId, pool, options) {
      const isLost = weather.strikes("wake-up lost");
      if (!isLost && !weather.strikes("wake-up late")) {
        return machine.request({ line: "store", name: "wake" }, () => queue.wake(runId, pool, options));
      }
      if (!isLost) {
        time.at(time.now() + weather.random.below(60_000), () => void queue.wake(runId, pool));
      }
      return machine.request({ line: "store", name: "wake" }, async () => "woken" as const);
    },
    async consume(wanted) {
      // What has died while it started takes no jobs.
      if (machine.state() === "dead") return new Promise(() => undefined);
      const consumer = await queue.consume({
        ...wanted,
        handle: ({ runId, signal }) => {
          locks.taken(runId, machine);
          const handled = new Promise<Disposition>((resolve, reject) => {
            machine.enter(() => {
              wanted.handle({ runId, signal }).then(resolve, reject);
            });
          });
          // The worker tells BullMQ what became of the job: one more request that it may not live to send.
          return handled.then(async (disposition) => {
            try {
              return await machine.request({ line: "store", name: "settle" }, async () => disposition);
            } finally {
              locks.left(runId, machine);
            }
          });
        },
      });
      onConsumer(consumer);
      return consumer;
    },
  };
}
