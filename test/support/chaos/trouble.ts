/**
 * What is done to the fleet: a seeded row of blows to workers, to their wires and to Redis. The row follows from the seed
 * alone; what it hits follows from the moment. One worker is always left alone, so that runs get on.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../../../packages/testing/src/simulated/random.js";
import { eventually } from "../eventually.js";
import { rightTime } from "./ledger.js";
import type { RestartableRedis } from "./restartable-redis.js";
import type { WorkerPlace } from "./worker-process.js";

/** What each does is said in a word for the report. */
export const blows = {
  kill: "kill -9 of a worker",
  freeze: "worker stopped beyond its lease (SIGSTOP)",
  end: "orderly restart of a worker (SIGTERM)",
  cut: "all connections of a worker cut",
  stall: "wire of a worker silent beyond its lease",
  swallow: "answers to a worker lost",
  restart: "orderly restart of Redis (SIGTERM)",
  crash: "kill -9 of Redis",
  rewind: "Redis set back by half a second, as by a failover",
  flush: "SCRIPT FLUSH",
} as const;
export type Blow = keyof typeof blows;

/** A blow that really hit. Times are epoch ms of a clock that is right. */
export interface Trouble {
  readonly blow: Blow;
  /** Absent: everybody. */
  readonly place?: string;
  readonly from: number;
  readonly to: number;
}

export interface TroubleOptions {
  readonly places: readonly WorkerPlace[];
  readonly redis: RestartableRedis;
  readonly random: Random;
  /** Only these; each comes once before any comes twice. */
  readonly blows: readonly Blow[];
  /** At least; every blow comes once, however long that takes. */
  readonly durationMs: number;
  readonly leaseTtlMs: number;
}

/** Between two blows. */
const restMs = { min: 200, max: 1_200 } as const;
/** How long beyond its lease a frozen or silent worker stays so: long enough to be taken over. */
const beyondLeaseMs = 1_500;
/** How long a killed worker's place stays empty. */
const emptyMs = 300;
/** What a Redis that is set back has forgotten. */
const rewoundMs = 500;
/** How long answers get lost. */
const swallowMs = 1_000;

/** Resolves when the place is as before; answers false when nothing was hit. */
type WorkerBlow = (place: WorkerPlace, options: TroubleOptions) => Promise<boolean>;
type RedisBlow = (redis: RestartableRedis) => Promise<unknown>;
type WorkerBlowName = keyof typeof workerBlows;
type RedisBlowName = keyof typeof redisBlows;

const workerBlows = {
  async kill(place) {
    await place.kill();
    await pause(emptyMs);
    await place.start();
    return true;
  },
  async freeze(place, { leaseTtlMs }) {
    place.freeze();
    await pause(leaseTtlMs + beyondLeaseMs);
    place.thaw();
    return true;
  },
  async end(place) {
    const how = await place.end();
    if (how !== 0) throw new Error(`${place.name} was asked to end and ended with ${how}`);
    await place.start();
    return true;
  },
  async cut({ wire }) {
    return wire.cut() > 0;
  },
  async stall({ wire }, { leaseTtlMs }) {
    wire.stall();
    await pause(leaseTtlMs + beyondLeaseMs);
    return (await wire.pass()) > 0;
  },
  async swallow({ wire }) {
    wire.swallow();
    await pause(swallowMs);
    return (await wire.pass()) > 0;
  },
} satisfies Partial<Record<Blow, WorkerBlow>>;

const redisBlows = {
  restart: (redis) => redis.restart("SIGTERM"),
  crash: (redis) => redis.restart("SIGKILL"),
  async rewind(redis) {
    await redis.stopRemembering();
    await pause(rewoundMs);
    await redis.restart("SIGKILL");
  },
  flush: (redis) => redis.command("SCRIPT", "FLUSH"),
} satisfies Partial<Record<Blow, RedisBlow>>;

/** How long the last missing blows may take when the time is over. */
const overtimeMsMax = 60_000;

/**
 * Resolves with what really hit when the time is over and everything is up again. Throws when a worker does not stop or
 * start in order.
 */
export async function makeTrouble(options: TroubleOptions): Promise<readonly Trouble[]> {
  const { random, durationMs } = options;
  const deadline = performance.now() + durationMs;
  const troubles: Trouble[] = [];
  const striking = createStriking(options, troubles);
  const first = shuffled(options.blows, random);
  for (;;) {
    await pause(restMs.min + random.below(restMs.max - restMs.min));
    const [chance, where] = [random.next(), random.next()];
    const isOver = performance.now() > deadline;
    if (isOver) await striking.settle();
    const missing = options.blows.filter((blow) => !troubles.some((trouble) => trouble.blow === blow));
    if (isOver && (missing.length === 0 || performance.now() > deadline + overtimeMsMax)) break;
    const among = isOver ? missing : options.blows;
    const blow = first.shift() ?? among[Math.floor(chance * among.length)];
    if (blow !== undefined) await striking.begin(blow, where);
  }
  await striking.settle();
  return troubles;
}

interface Striking {
  /** Resolves when a blow has begun; one to Redis, when it is over. `where` in [0, 1) chooses the place. */
  begin(blow: Blow, where: number): Promise<void>;
  /** Resolves when no blow is going on. Throws what went wrong in one. */
  settle(): Promise<void>;
}

function createStriking(options: TroubleOptions, troubles: Trouble[]): Striking {
  const { places, redis } = options;
  const failures: unknown[] = [];
  const going = new Map<WorkerPlace, { readonly blow: WorkerBlowName; readonly over: Promise<void> }>();

  const note = async (blow: Blow, place: string | undefined, hit: () => Promise<unknown>): Promise<void> => {
    const from = rightTime();
    if ((await hit()) === false) return;
    troubles.push({ blow, ...(place === undefined ? {} : { place }), from, to: rightTime() });
  };
  const settle = async (): Promise<void> => {
    await Promise.all([...going.values()].map(({ over }) => over));
    if (failures.length > 0) throw new AggregateError(failures, "a worker did not stop or start in order");
  };
  const strikeWorker = async (blow: WorkerBlowName, where: number): Promise<void> => {
    const free = await eventually("two workers are up and left alone", () => {
      const alone = places.filter((place) => place.state() === "up" && !going.has(place));
      return alone.length > 1 ? alone : undefined;
    });
    const place = free[Math.floor(where * free.length)];
    if (place === undefined) return;
    const over = note(blow, place.name, () => workerBlows[blow](place, options))
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => going.delete(place));
    going.set(place, { blow, over });
  };

  return {
    async begin(blow, where) {
      if (!isRedisBlow(blow)) return strikeWorker(blow, where);
      // A process that starts or leaves wants to find Redis.
      const moving = [...going.values()].filter((each) => each.blow === "kill" || each.blow === "end");
      await Promise.all(moving.map(({ over }) => over));
      await note(blow, undefined, () => redisBlows[blow](redis));
    },
    settle,
  };
}

function isRedisBlow(blow: Blow): blow is RedisBlowName {
  return Object.hasOwn(redisBlows, blow);
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rest = [...list];
  return list.flatMap(() => rest.splice(random.below(rest.length), 1));
}
