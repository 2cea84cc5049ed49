/** How pools are scaled, in memory. */
import { limits, type ScalingStore } from "@runfleet/model";
import { poolsUsedMs, turnsKeptMs } from "../sweep-times.js";
import { findRun, type MemoryState } from "./memory-state.js";

/** An event's own time stands at its beginning. */
const eventTime = /^\{(?:"type":"[A-Za-z]+",)?"at":(\d+)/;

export function memoryScaling(state: MemoryState): ScalingStore {
  const { policies, turns, used } = state.scaling;
  return {
    readScaling: async () => ({
      now: state.now(),
      policies: new Map(policies),
      turns: new Map([...turns].map(([pool, { turn }]) => [pool, turn])),
      used: [...used].flatMap(([pool, at]) => (at >= state.now() - poolsUsedMs ? [pool] : [])),
    }),
    keepScalingTurn: async ({ pool, before, turn }) => {
      const last = turns.get(pool)?.turn;
      if (last !== before) return { tag: "overtaken", ...(last === undefined ? {} : { last }) };
      if (last === undefined && turns.size >= limits.scalingPoolsMax) {
        const unused = [...turns].filter(([, { at }]) => at <= state.now() - turnsKeptMs);
        if (unused.length === 0) return { tag: "full" };
        for (const [name] of unused) turns.delete(name);
      }
      turns.set(pool, { at: state.now(), turn });
      return { tag: "kept" };
    },
    setScaling: async ({ pool, policy }) => {
      if (policy === undefined) return policies.delete(pool) ? "removed" : "not_set";
      if (!policies.has(pool) && policies.size >= limits.scalingPoolsMax) return "full";
      policies.set(pool, policy);
      return "set";
    },
    readySince: async (runId) => {
      const wantsSince = state.timers.get(runId);
      if (wantsSince !== undefined && wantsSince <= state.now()) return wantsSince;
      const run = findRun(state, runId);
      if (run === undefined || run.owner !== undefined || run.info.concurrency !== undefined)
        return undefined;
      if (run.generation === 0) return run.readyAt ?? run.info.createdAt;
      const at = eventTime.exec(run.inbox[0] ?? "")?.[1];
      return at === undefined ? undefined : Number(at);
    },
  };
}

/** A run was created for the pool. `default` is known anyway. */
export function notePool({ scaling: { used }, now }: MemoryState, pool: string): void {
  if (pool === "default") return;
  used.delete(pool);
  used.set(pool, now());
  const [oldest] = used.keys();
  if (used.size > limits.scalingPoolsMax && oldest !== undefined) used.delete(oldest);
}
