/**
 * What the workers of the simulated fleet can do. Results depend on run, address and attempt alone, never on time, chance
 * or the worker, so that a program that does not look at the clock has one right result.
 */
import {
  type ActionContext,
  type ActionEffect,
  type AnyAction,
  RetryableError,
  type WorkerConfig,
} from "@runfleet/worker";
import type { Machine } from "../../../packages/testing/src/simulated/machine.js";
import { hashOf } from "../../../packages/testing/src/simulated/random.js";
import { leaseTtlMs, type Redis } from "../../../packages/testing/src/simulated/redis.js";
import type { Ledger } from "./ledger.js";

const itemIds = ["p", "q", "r", "s"] as const;

/** Actions whose effect must happen at most once: one that can find out what happened, and one that cannot. */
export const onceNames = { probing: "pay", asking: "send" } as const;

/** What such a step leaves, whoever says so: the action, its probe, or a person who has looked. */
export function onceResult(place: string, attempt: number) {
  const key = `${place}#${attempt}`;
  return { markers: hashOf(`markers ${key}`) % 2 === 0 ? ["red"] : [], context: key };
}

export function actionsOf(
  machine: Machine,
  {
    redis: { weather },
    ledger,
    effect,
  }: { readonly redis: Redis; readonly ledger: Ledger; readonly effect: ActionEffect },
): WorkerConfig {
  const { random } = weather;
  const polls = new Map<string, number>();

  const workMs = (key: string): number => {
    // Now and then longer than a lease lives.
    const longMs = hashOf(`long ${key}`) % 9 === 0 ? 14_000 : 0;
    return 20 + (hashOf(`work ${key}`) % 4_000) + longMs + random.below(500);
  };

  const fallback: AnyAction = {
    name: "anything",
    async run(context: ActionContext<never>) {
      const { runId, address, attempt, signal } = context;
      const key = `${runId} ${address}#${attempt}`;
      const ms = workMs(key);
      if (weather.strikes("frozen beyond the lease")) {
        machine.clock.after(random.below(ms), () => machine.freeze(leaseTtlMs + random.below(25_000)));
      }
      await pause({ machine, signal, ms, isDeaf: random.chance(0.3) });
      const { idempotencyKey, fencingToken } = context;
      ledger.effect({ runId, address, attempt, key: idempotencyKey, token: Number(fencingToken) });
      if (hashOf(`fails ${key}`) % 5 === 0) throw new Error(`no luck at ${key}`);
      const markers = hashOf(`markers ${key}`) % 2 === 0 ? ["red"] : [];
      return { markers, context: key, usage: { costUsd: 1 } };
    },
  };

  const onceAction = (name: string): AnyAction => ({
    name,
    effect,
    async run(context: ActionContext<never>) {
      const { runId, address, attempt, signal, idempotencyKey, fencingToken } = context;
      const place = `${runId} ${address}`;
      const ms = workMs(`${place}#${attempt}`);
      const isDeaf = random.chance(0.3);
      await pause({ machine, signal, ms: ms / 4, isDeaf });
      if (hashOf(`fails ${place}#${attempt}`) % 5 === 0) throw new RetryableError("not now");
      ledger.once.effect({ runId, address, attempt, key: idempotencyKey, token: Number(fencingToken) });
      await pause({ machine, signal, ms: (3 * ms) / 4, isDeaf });
      return onceResult(place, attempt);
    },
  });
  const probing: AnyAction = {
    ...onceAction(onceNames.probing),
    async probe({ runId, address, attempt, fencingToken, signal }: ActionContext<never>) {
      await pause({ machine, signal, ms: 100, isDeaf: false });
      const done = ledger.once.lookUp({ runId, address }, { token: Number(fencingToken), attempt });
      return done === undefined ? { notDone: true } : { done: onceResult(`${runId} ${address}`, done) };
    },
  };
  const pay = effect === "at-most-once" ? probing : onceAction(onceNames.probing);

  return {
    actions: [pay, onceAction(onceNames.asking)],
    fallback,
    gates: {
      checks: {
        intervalMs: 3_000,
        async poll({ run, gate, signal }) {
          const key = `${run.id} ${gate.name}`;
          await pause({ machine, signal, ms: 100, isDeaf: false });
          const count = (polls.get(key) ?? 0) + 1;
          polls.set(key, count);
          if (count < 3) return { verdict: "pending" };
          return { verdict: hashOf(`checks ${key}`) % 8 === 0 ? "rejected" : "approved" };
        },
      },
    },
    items: {
      things: {
        async items({ run, signal }) {
          await pause({ machine, signal, ms: 200, isDeaf: false });
          const items = itemIds
            .slice(0, hashOf(`items ${run.id}`) % 5)
            .map((id) => ({ id, ref: id, context: {} }));
          return { items, dependencies: [["q", "p"]] };
        },
      },
    },
    runContext: () => ({ workingDir: "/nowhere" }),
  };
}

/** Virtual time passes; an abort ends it unless the action is deaf to it. */
function pause(options: {
  readonly machine: Machine;
  readonly signal: AbortSignal;
  readonly ms: number;
  readonly isDeaf: boolean;
}): Promise<void> {
  const { machine, signal, ms, isDeaf } = options;
  return new Promise((resolve, reject) => {
    const stopTimer = machine.clock.after(ms, resolve);
    if (isDeaf) return;
    signal.addEventListener("abort", () => {
      stopTimer();
      reject(new Error("aborted"));
    });
  });
}
