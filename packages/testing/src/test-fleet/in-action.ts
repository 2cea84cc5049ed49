/**
 * What code may say to the fleet in memory that executes it, from anywhere inside of an action: that something happens
 * outside, and that time passes. Which action it is follows from where the call comes from.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { RunfleetError } from "@runfleet/model";
import type { ActionContext } from "@runfleet/worker";
import type { Machine } from "../simulated/machine.js";
import type { Weather } from "../simulated/weather.js";
import type { Clockwork } from "./clockwork.js";
import { type Duration, durationMs } from "./duration.js";
import type { Effects } from "./effects.js";

/** One attempt that is executed. */
export interface InAction {
  readonly machine: Machine;
  readonly weather: Weather;
  readonly clockwork: Clockwork;
  readonly effects: Effects;
  readonly context: ActionContext<never>;
  /** How many effects of each name there were. */
  readonly counts: Map<string, number>;
}

const inAction = new AsyncLocalStorage<InAction>();

/** Runs code as part of an attempt. */
export function performInside<T>(place: InAction, code: () => Promise<T>): Promise<T> {
  return inAction.run(place, code);
}

export interface EffectOptions<T> {
  /** What it is about, for assertions; must be the same whenever the key is the same. */
  readonly about?: unknown;
  /** The other side takes the same key once: asked again, it answers what it answered first. */
  readonly key?: string;
  /** What the other side answers. */
  readonly result?: T;
}

/** How long a worker stands still that is frozen: longer than its lease lives. */
const frozenMs = 30_000;

/**
 * Says that something happens outside: a charge, a mail. A fake of the other side calls it, or the action itself. In
 * `simulate` this is a request like any other: the worker may die before it arrives and after it was done, and the answer may
 * be lost (then it rejects). Throws `invalid_usage` outside of an action of a test fleet.
 */
export function effect<T = undefined>(name: string, options: EffectOptions<T> = {}): Promise<T> {
  const { machine, weather, clockwork, effects, context, counts } = placeOf("effect");
  const { about, key, result } = options;
  const ordinal = (counts.get(name) ?? 0) + 1;
  counts.set(name, ordinal);
  const { runId, workflow, action, address, attempt } = context;
  const request = machine.request({ line: "outside", name: `effect ${name}` }, async () => {
    const answer = effects.ask({
      ...{ name, about, ordinal, result, runId, workflow, action, address, attempt },
      ...(key === undefined ? {} : { key }),
      ...{ worker: machine.id, at: machine.clock.now() },
    });
    if (weather.strikes("frozen beyond the lease")) machine.freeze(frozenMs);
    return answer as T;
  });
  return clockwork.asleep(request);
}

/**
 * Lets time pass inside of an action: the clock of the fleet, which jumps. Rejects when the attempt is told to stop. Throws
 * `invalid_usage` outside of an action of a test fleet.
 */
export function pause(duration: Duration): Promise<void> {
  const { machine, clockwork, context } = placeOf("pause");
  const delayMs = durationMs(duration, "pause");
  const { signal } = context;
  const wait = new Promise<void>((resolve, reject) => {
    const stopTimer = machine.clock.after(delayMs, resolve);
    const stop = (): void => {
      stopTimer();
      reject(signal.reason instanceof Error ? signal.reason : new Error(`told to stop: ${signal.reason}`));
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  return clockwork.asleep(wait);
}

function placeOf(call: string): InAction {
  const place = inAction.getStore();
  if (place !== undefined) return place;
  throw new RunfleetError(
    "invalid_usage",
    `${call}() was called outside of an action that a test fleet executes; call it in the action, or in what the action calls`,
  );
}
