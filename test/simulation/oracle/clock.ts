/**
 * Virtual time for code written with `await`: the clock jumps to the next moment somebody waits for, once everything
 * that can go on without time has gone on. Also the way such code is told to stop.
 */

export interface Clock {
  now(): number;
  /** Resolves when the clock has reached the time; at once, but not synchronously, when it has already. */
  until(time: number): Promise<void>;
  /** Lets time pass until `main` has ended. */
  run<T>(main: () => Promise<T>): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

export function createClock(start: number): Clock {
  const timers: Timer[] = [];
  let now = start;

  function until(time: number): Promise<void> {
    return new Promise((ring) => {
      const later = timers.findIndex(({ at }) => at > time);
      timers.splice(later < 0 ? timers.length : later, 0, { at: time, ring });
    });
  }

  async function run<T>(main: () => Promise<T>): Promise<T> {
    let isOver = false;
    const ended = main().finally(() => {
      isOver = true;
    });
    for (await settled(); !isOver; await settled()) {
      const next = timers.shift();
      if (next === undefined) throw new Error("everybody waits, and nothing will happen");
      now = Math.max(now, next.at);
      next.ring();
    }
    return ended;
  }

  return { now: () => now, until, run };
}

/** All that promises have set in motion is done before the platform takes up its next task. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The name of the promise that is resolved first. */
export function first<K extends string>(waits: Readonly<Partial<Record<K, Promise<unknown>>>>): Promise<K> {
  const all = Object.entries<Promise<unknown> | undefined>(waits);
  return Promise.race(
    all.flatMap(([name, wait]) => (wait === undefined ? [] : [wait.then(() => name as K)])),
  );
}

export interface Stop {
  /** Why, once somebody asked. */
  readonly reason: string | undefined;
  readonly requested: Promise<void>;
  request(reason: string): void;
  /** A stop for one part of what this one stops. */
  within(): Stop;
}

export function createStop(): Stop {
  const inner: Stop[] = [];
  let why: string | undefined;
  let resolve = () => {};
  const requested = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    get reason() {
      return why;
    },
    requested,
    request(reason) {
      if (why !== undefined) return;
      why = reason;
      resolve();
      for (const stop of inner) stop.request(reason);
    },
    within() {
      const stop = createStop();
      if (why !== undefined) stop.request(why);
      inner.push(stop);
      return stop;
    },
  };
}
