/** Tells the fleet that this worker is there, and that it has gone. The answers set the worker's clock. */
import { hostname } from "node:os";
import { layout, type RunStore, version, type WorkerPresence } from "@runfleet/model";
import type { Clock } from "./clock.js";
import type { FleetClock } from "./fleet-clock.js";

export interface Presence {
  /** Resolves when the fleet knows this worker, and this worker the fleet's time. */
  readonly known: Promise<void>;
  /** How long ago the fleet was last told, and answered; 0 at the start. */
  silentMs(): number;
  /** Says at once that this worker takes no more runs. */
  leave(): void;
  withdraw(): Promise<void>;
}

/** Seldom enough to cost nothing, often enough that people see a dead worker vanish. */
const beatMs = 3_000;

export function announcePresence(options: {
  store: RunStore;
  clock: Clock;
  /** Sets the worker's clock by the time that the store answers. */
  setClock: FleetClock["setBy"];
  workerId: string;
  pools: readonly string[];
  slots: number;
  busy: () => number;
  recent: () => NonNullable<WorkerPresence["recent"]>;
  onError: (error: unknown) => void;
}): Presence {
  const { store, workerId, pools, slots, busy, onError } = options;
  let leaving = false;
  let answeredAt = options.clock.monotonic();
  const beat = (): void => {
    const worker = {
      id: workerId,
      pid: process.pid,
      host: hostname(),
      pools,
      slots,
      busy: busy(),
      version,
      layout: layout.version,
      recent: options.recent(),
      ...(leaving ? { leaving } : {}),
      lastSeen: 0,
    };
    options
      .setClock(async () => {
        const now = await store.announceWorker(worker);
        answeredAt = options.clock.monotonic();
        return now;
      })
      .then(know, onError);
  };
  let know = (): void => {};
  const known = new Promise<void>((resolve) => {
    know = resolve;
  });
  beat();
  const stopBeating = options.clock.every(beatMs, beat);
  return {
    known,
    silentMs: () => options.clock.monotonic() - answeredAt,
    leave() {
      leaving = true;
      beat();
    },
    async withdraw() {
      stopBeating();
      await store.withdrawWorker(workerId).catch(onError);
    },
  };
}
