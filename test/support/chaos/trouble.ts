/**
 * What is done to the workers: a seeded row of kills, freezes beyond the lease and orderly restarts. The row follows from
 * the seed alone; what it hits follows from the moment. One worker is always left alone, so that runs get on.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../../simulation/random.js";
import type { WorkerPlace } from "./worker-process.js";

const blows = ["kill", "freeze", "end"] as const;
export type Blow = (typeof blows)[number];

/** Blows that really hit a running process. */
export type BlowCounts = Readonly<Record<Blow, number>>;

export interface TroubleOptions {
  readonly places: readonly WorkerPlace[];
  readonly random: Random;
  readonly durationMs: number;
  readonly leaseTtlMs: number;
}

/** Between two blows. */
const restMs = { min: 400, max: 2_000 } as const;
/** How long beyond its lease a frozen worker stays frozen: long enough to be taken over. */
const beyondLeaseMs = 1_500;
/** How long a killed worker's place stays empty. */
const emptyMs = 300;

type Strike = (place: WorkerPlace, options: TroubleOptions) => Promise<void>;

/** Each hits a running process; afterwards the place is up again. */
const strikes: Readonly<Record<Blow, Strike>> = {
  async kill(place) {
    await place.kill();
    await pause(emptyMs);
    await place.start();
  },
  async freeze(place, { leaseTtlMs }) {
    place.freeze();
    await pause(leaseTtlMs + beyondLeaseMs);
    place.thaw();
  },
  async end(place) {
    const how = await place.end();
    if (how !== 0) throw new Error(`${place.name} was asked to end and ended with ${how}`);
    await place.start();
  },
};

/** Resolves when the time is over and every worker is up again. Throws when a worker does not stop or start in order. */
export async function makeTrouble(options: TroubleOptions): Promise<BlowCounts> {
  const { places, random, durationMs } = options;
  const counts: Record<Blow, number> = { kill: 0, freeze: 0, end: 0 };
  const open: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const deadline = performance.now() + durationMs;
  for (const blow of blowsOf(random)) {
    await pause(restMs.min + random.below(restMs.max - restMs.min));
    if (performance.now() > deadline || failures.length > 0) break;
    const up = places.filter((place) => place.state() === "up");
    const target = up[random.below(Math.max(1, up.length))];
    if (target === undefined || up.length < 2) continue;
    const count = (): void => {
      counts[blow] += 1;
    };
    open.push(strikes[blow](target, options).then(count, (error: unknown) => failures.push(error)));
  }
  await Promise.all(open);
  if (failures.length > 0) throw new AggregateError(failures, "a worker did not stop or start in order");
  return counts;
}

/** One of each kind first, so that the shortest run has them all; then as chance wants. */
function* blowsOf(random: Random): Generator<Blow, never> {
  const first = [...blows];
  while (first.length > 0) yield* first.splice(random.below(first.length), 1);
  for (;;) yield random.pick(blows);
}
