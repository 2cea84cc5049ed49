/** What escapes the promise of a user's code fails where it came from, and only there. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handleEscapedErrors, watchEscapes } from "./escaped-errors.js";

const events = ["uncaughtException", "unhandledRejection"] as const;

describe("an error that escapes", () => {
  const lines: { message: string; fields: unknown }[] = [];
  const keep = (message: string, fields?: unknown): void => void lines.push({ message, fields });
  let unknown = 0;
  let stopListening: () => void;
  // The test runner has listeners of its own, which take such an error for a failure of the test.
  const others = new Map<string, readonly ((...args: never[]) => void)[]>();

  beforeEach(() => {
    lines.splice(0);
    unknown = 0;
    for (const event of events) {
      others.set(event, process.rawListeners(event) as ((...args: never[]) => void)[]);
      process.removeAllListeners(event);
    }
    const onUnknown = (): void => {
      unknown += 1;
    };
    stopListening = handleEscapedErrors({ log: { error: keep }, onUnknown });
  });
  afterEach(() => {
    stopListening();
    for (const [event, listeners] of others) {
      for (const listener of listeners) process.on(event, listener as () => void);
    }
  });

  const boom = new Error("boom");
  const forever = (): Promise<never> => new Promise(() => undefined);
  it.each<[string, () => void]>([
    ["a promise nobody awaits", () => void Promise.reject(boom)],
    ["an async function nobody awaits", () => void (async () => await Promise.reject(boom))()],
    [
      "a timer's callback",
      () =>
        void setTimeout(() => {
          throw boom;
        }, 1),
    ],
    ["an emitter without a listener", () => void setImmediate(() => new EventEmitter().emit("error", boom))],
  ])("of %s fails the work it came from, with its reason", async (_what, letEscape) => {
    const work = watchEscapes({ runId: "run1", address: "b.0", attempt: 2 }, () => {
      letEscape();
      return forever();
    });
    await expect(work).rejects.toMatchObject({ cause: boom });
    expect(lines).toEqual([
      {
        message: "an error escaped the promise of a step",
        fields: { runId: "run1", address: "b.0", attempt: 2, error: boom.stack },
      },
    ]);
    expect(unknown).toBe(0);
  });

  it("is logged without the secrets of its run", async () => {
    const redact = (text: string): string => text.replaceAll(boom.message, "***");
    const letEscape = (): Promise<never> => {
      setTimeout(() => {
        throw boom;
      });
      return forever();
    };
    await expect(watchEscapes({ runId: "run1" }, letEscape, redact)).rejects.toThrow();
    expect(lines).toMatchObject([{ fields: { error: expect.stringContaining("Error: ***") } }]);
    expect(JSON.stringify(lines)).not.toContain(boom.message);
  });

  it("leaves other work in hand alone", async () => {
    let end: (() => void) | undefined;
    const other = watchEscapes({ runId: "run2" }, () => new Promise<void>((resolve) => (end = resolve)));
    const bad = watchEscapes({ runId: "run1" }, () => {
      void Promise.reject(boom);
      return forever();
    });
    await expect(bad).rejects.toThrow();
    end?.();
    await expect(other).resolves.toBeUndefined();
  });

  it("after the end of its work is logged and changes nothing", async () => {
    const late = deferred();
    const work = watchEscapes({ runId: "run1" }, async () => {
      void late.promise.then(() => Promise.reject(boom));
      return "done";
    });
    expect(await work).toBe("done");
    late.resolve();
    await expect.poll(() => lines.map(({ message }) => message)).toHaveLength(1);
    expect(unknown).toBe(0);
  });

  it("and belongs to no work is told to whoever runs the process", async () => {
    void Promise.reject(boom);
    await expect.poll(() => unknown).toBe(1);
    expect(lines).toHaveLength(1);
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
