/** Tells the fleet that this worker is there, and that it has gone. */
import { hostname } from "node:os";
import type { RunStore } from "@runfleet/model";
import type { Clock } from "./clock.js";

export interface Presence {
  withdraw(): Promise<void>;
}

/** Seldom enough to cost nothing, often enough that people see a dead worker vanish. */
const beatMs = 3_000;
const version = "0.1.0";

export function announcePresence(options: {
  store: RunStore;
  clock: Clock;
  workerId: string;
  pools: readonly string[];
  slots: number;
  busy: () => number;
  onError: (error: unknown) => void;
}): Presence {
  const { store, workerId, pools, slots, busy, onError } = options;
  const beat = (): void => {
    const worker = {
      id: workerId,
      pid: process.pid,
      host: hostname(),
      pools,
      slots,
      busy: busy(),
      version,
      lastSeen: 0,
    };
    store.announceWorker(worker).catch(onError);
  };
  beat();
  const stopBeating = options.clock.every(beatMs, beat);
  return {
    async withdraw() {
      stopBeating();
      await store.withdrawWorker(workerId).catch(onError);
    },
  };
}
