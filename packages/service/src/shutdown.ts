/**
 * Ending a process in order: everything that must be stopped is registered here, and stopped last-registered first.
 * Does not exit by itself on a first signal; a second signal ends the process at once.
 *
 *     running ── first signal, or stop() ──► stopping ── all stopped, or grace over ──► stopped
 *                                               └── second signal ──► exit code 130
 */

export interface Shutdown {
  /** Registers a procedure; returns how to take it back. */
  add(name: string, stop: () => Promise<void> | void): () => void;
  /** Stops everything, once; later calls wait for the same end. Failures are reported, never thrown. */
  stop(reason: string): Promise<void>;
  /** Resolves when a stop has begun, with its reason. */
  readonly stopping: Promise<string>;
  /** Stops listening to signals. */
  release(): void;
}

export interface ShutdownOptions {
  /** After this long, what has not stopped is left behind. */
  readonly graceMs: number;
  /** Gets what a person should know: who stops, what failed, what was left behind. */
  readonly log: (line: string) => void;
  /** Default SIGINT and SIGTERM. */
  readonly signals?: readonly NodeJS.Signals[];
  /** What a second signal does. Default: exit with code 130. */
  readonly kill?: () => void;
}

/** One Ctrl-C may arrive twice, from the terminal and from a parent that passes it on; a person needs longer for two. */
const oneSignalMs = 500;

export function createShutdown(options: ShutdownOptions): Shutdown {
  const { graceMs, log } = options;
  const kill = options.kill ?? (() => process.exit(130));
  const signals = options.signals ?? ["SIGINT", "SIGTERM"];
  const entries: { name: string; stop: () => Promise<void> | void }[] = [];
  const begun = deferred<string>();
  let ending: Promise<void> | undefined;

  const stop = (reason: string): Promise<void> => {
    begun.resolve(reason);
    ending ??= stopAll({ entries, graceMs, log });
    return ending;
  };
  let firstSignalAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    firstSignalAt ??= performance.now();
    if (ending !== undefined && performance.now() - firstSignalAt < oneSignalMs) return;
    if (ending !== undefined) {
      log(`${signal} again: ending at once`);
      kill();
      return;
    }
    void stop(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);

  return {
    add: (name, procedure) => {
      const entry = { name, stop: procedure };
      entries.push(entry);
      return () => {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
      };
    },
    stop,
    stopping: begun.promise,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

async function stopAll(options: {
  readonly entries: readonly { readonly name: string; readonly stop: () => Promise<void> | void }[];
  readonly graceMs: number;
  readonly log: (line: string) => void;
}): Promise<void> {
  const { graceMs, log } = options;
  const deadline = performance.now() + graceMs;
  for (const { name, stop } of [...options.entries].reverse()) {
    const leftMs = Math.max(0, deadline - performance.now());
    const how = await outcomeWithin(stop, leftMs);
    if (how !== "stopped") log(`stopping ${name}: ${how}`);
  }
}

async function outcomeWithin(stop: () => Promise<void> | void, leftMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, leftMs, "not finished in time, left behind");
  });
  try {
    return await Promise.race([Promise.resolve(stop()).then(() => "stopped"), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
