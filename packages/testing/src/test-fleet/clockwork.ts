/**
 * Moves the clock of a fleet in memory, and only while somebody waits: one thing after the other while there is work, in
 * one jump to the next deadline when there is none. The clock stands still while an action, a script or any other code of
 * a user is at work in real time.
 */
import { RunfleetError } from "@runfleet/model";
import type { WorkWatch } from "@runfleet/worker";
import { later, notLater, realNow } from "../simulated/real-time.js";
import { settled, type VirtualTime } from "../simulated/virtual-time.js";

export interface Wait {
  /** Asked again after every write. May throw: then the wait rejects with it. */
  isOver(): boolean | Promise<boolean>;
  /** Epoch ms at which the wait ends anyway. Absent: never. */
  readonly lastAt?: number;
}

export interface Clockwork {
  /** Rejects with `timeout` when nothing can happen any more that would end the wait. */
  until(wait: Wait): Promise<"over" | "late">;
  readonly watchWork: WorkWatch;
  /** Work that waits for this promise waits for the clock, which may go on meanwhile. */
  asleep<T>(wait: Promise<T>): Promise<T>;
  /** Rejects everybody who waits, else the next one who does. */
  complain(error: RunfleetError): void;
}

export interface ClockworkOptions {
  readonly time: VirtualTime;
  /** Grows with everything that may end a wait. */
  readonly version: () => number;
  /** True when nothing is ready, in hand or under way. */
  readonly isIdle: () => boolean;
  /** True when nothing has been written for a moment. */
  readonly isQuiet: () => boolean;
  /** The longest jump over the beats of those who have work in hand; well below the life of a lease. */
  readonly dozeMs: number;
  /** Epoch ms of what happens next by itself. */
  readonly nextDueAt: () => Promise<number | undefined>;
  /** Why nothing goes on, for people. */
  readonly explain: () => Promise<string>;
  /** Real time that user code may take while the clock stands still. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly wait: Wait;
  readonly resolve: (how: "over" | "late") => void;
  readonly reject: (error: unknown) => void;
  seenVersion: number;
}

/** Real time in which a test may still act before its wait is called hopeless. */
const graceMs = 25;

export function createClockwork(options: ClockworkOptions): Clockwork {
  const { time } = options;
  const waits = new Set<Waiting>();
  const work = createWork(options.patienceMs);
  let trouble: unknown;
  let isDriving = false;

  const rejectAll = (error: unknown): void => {
    for (const { reject } of waits) reject(error);
    waits.clear();
  };

  /** True when somebody's wait has ended. */
  const release = async (): Promise<boolean> => {
    const before = waits.size;
    for (const waiting of [...waits]) {
      const how = await howOver(waiting, { now: time.now(), version: options.version() });
      if (how === undefined) continue;
      waits.delete(waiting);
      if (how.type === "failed") waiting.reject(how.error);
      else waiting.resolve(how.type);
    }
    return waits.size < before;
  };

  const jump = async (limit: number): Promise<void> => {
    const target = Math.min((await options.nextDueAt()) ?? Number.POSITIVE_INFINITY, limit);
    if (target <= time.now()) return void time.step(Number.POSITIVE_INFINITY);
    if (target < Number.POSITIVE_INFINITY) return time.hop(target);
    const before = options.version();
    await new Promise((resolve) => later(resolve, graceMs));
    const isHopeless =
      options.version() === before && [...waits].every(({ wait }) => wait.lastAt === undefined);
    if (isHopeless) rejectAll(new RunfleetError("timeout", await options.explain()));
  };

  /** All that is in hand waits for the clock: skips what beats, but no lease may run out meanwhile. */
  const doze = (limit: number): void => {
    const target = Math.min(time.nextAt() ?? limit, limit, time.now() + options.dozeMs);
    if (target > time.now()) time.hop(target);
    else time.step(limit);
  };

  const drive = async (): Promise<void> => {
    for (;;) {
      const tooLong = await work.done();
      trouble ??= tooLong;
      if (trouble !== undefined) {
        rejectAll(trouble);
        trouble = undefined;
      }
      // Whoever was waited for goes on before anything else happens.
      if (await release()) await settled();
      if (waits.size === 0) {
        // At once, so that nobody who comes now believes that somebody drives.
        isDriving = false;
        return;
      }
      const limit = Math.min(...[...waits].map(({ wait }) => wait.lastAt ?? Number.POSITIVE_INFINITY));
      if (options.isIdle()) await jump(limit);
      else if (work.isAsleep() && options.isQuiet()) doze(limit);
      else if (!time.step(limit)) time.hop(limit);
    }
  };

  return {
    watchWork: work.watch,
    asleep: work.asleep,
    complain(error) {
      trouble ??= error;
    },
    until: (wait) =>
      new Promise((resolve, reject) => {
        waits.add({ wait, resolve, reject, seenVersion: -1 });
        if (isDriving) return;
        isDriving = true;
        void drive().catch((error: unknown) => {
          isDriving = false;
          rejectAll(error);
        });
      }),
  };
}

type How = { readonly type: "over" | "late" } | { readonly type: "failed"; readonly error: unknown };

async function howOver(
  waiting: Waiting,
  { now, version }: { readonly now: number; readonly version: number },
): Promise<How | undefined> {
  const { wait } = waiting;
  const isLate = wait.lastAt !== undefined && now >= wait.lastAt;
  if (waiting.seenVersion === version && !isLate) return undefined;
  waiting.seenVersion = version;
  try {
    if (await wait.isOver()) return { type: "over" };
  } catch (error) {
    return { type: "failed", error };
  }
  return isLate ? { type: "late" } : undefined;
}

/** Counts the work that is at it in real time. */
function createWork(patienceMs: number) {
  const working = new Map<Promise<unknown>, string>();
  let sleeping = 0;
  let changed = (): void => undefined;

  const change = (leftMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = later(resolve, leftMs);
      changed = () => {
        notLater(timer);
        resolve();
      };
    });

  return {
    watch(promise: Promise<unknown>, what: string): void {
      working.set(promise, what);
      const end = (): void => {
        working.delete(promise);
        changed();
      };
      promise.then(end, end);
    },
    async asleep<T>(wait: Promise<T>): Promise<T> {
      sleeping += 1;
      changed();
      try {
        return await wait;
      } finally {
        sleeping -= 1;
      }
    },
    isAsleep: () => sleeping > 0 && working.size === sleeping,
    /** Resolves when all of it has ended or sleeps; with an error when that takes too long. */
    async done(): Promise<RunfleetError | undefined> {
      await settled();
      const begun = realNow();
      while (working.size > sleeping) {
        const leftMs = patienceMs - (realNow() - begun);
        if (leftMs <= 0) return atWorkTooLong([...working.values()], patienceMs);
        await change(leftMs);
        await settled();
      }
      return undefined;
    },
  };
}

function atWorkTooLong(what: readonly string[], patienceMs: number): RunfleetError {
  return new RunfleetError(
    "timeout",
    `the clock of the test fleet stands still, because this is at work for more than ${patienceMs} ms of real time: ${what.slice(0, 3).join("; ")}. Let it wait with pause(), or raise patienceMs`,
  );
}
