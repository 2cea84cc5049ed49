/**
 * Errors that escape the promise of what a user's code was called for: a promise nobody awaited, a timer's callback that
 * throws, an emitter without a listener for `error`. Node would end the process and with it everybody's runs. Here the
 * place they come from is known, fails, and nobody else notices. What belongs to no place is not survived.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { ActionLog } from "./action.js";

/** Whose code it is, for a log line: run, address and attempt of a step, or the name of a sink. */
export type CodePlace = Readonly<Record<string, string | number>>;

interface Watch {
  readonly place: CodePlace;
  /** Does nothing any more when the work has ended. */
  readonly fail: (error: Error) => void;
  /** What of a text may be logged. */
  readonly redact: (text: string) => string;
}

const watches = new AsyncLocalStorage<Watch>();

/** Does the work and answers as it does; rejects before it ends when an error escapes it. */
export function watchEscapes<T>(
  place: CodePlace,
  work: () => Promise<T>,
  redact: Watch["redact"] = (text) => text,
): Promise<T> {
  return new Promise((resolve, reject) => {
    watches.run({ place, fail: reject, redact }, work).then(resolve, reject);
  });
}

/**
 * Listens to what escapes anywhere in this process: what a watched place let escape is logged and fails there;
 * `onUnknown` is called for everything else. Answers how to stop listening.
 */
export function handleEscapedErrors(options: {
  readonly log: Pick<ActionLog, "error">;
  readonly onUnknown: () => void;
}): () => void {
  const handle = (cause: unknown): void => {
    const watch = watches.getStore();
    const told = { error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
    if (watch === undefined) {
      options.log.error("an error escaped that belongs to no step, so this worker ends in order", told);
      options.onUnknown();
      return;
    }
    const error = watch.redact(told.error);
    options.log.error("an error escaped the promise of a step", { ...watch.place, error });
    watch.fail(new Error("an error escaped the promise that was returned", { cause }));
  };
  process.on("uncaughtException", handle);
  process.on("unhandledRejection", handle);
  return () => {
    process.off("uncaughtException", handle);
    process.off("unhandledRejection", handle);
  };
}
