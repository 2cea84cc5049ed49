/**
 * A pool of workers in a cluster, event by event: runs become ready, workers start, take runs, are asked to leave. A worker
 * that leaves takes no more, finishes what ends within its grace, and interrupts the rest, which is ready again. Whatever
 * a real fleet learns late (what workers do, who is idle) is as old here as there.
 */
import type { PoolObservation } from "@runfleet/scaling";
import { createRecentWork, type RecentWork } from "../../../packages/worker/src/recent-work.js";
import { createAgenda } from "./agenda.js";
import type { Load, LoadedRun } from "./loads.js";

export interface Scaler {
  readonly name: string;
  /** Workers wanted, by what is seen. */
  wanted(seen: PoolObservation): number;
}

export interface ClusterOptions {
  readonly load: Load;
  readonly scaler: Scaler;
  /** Which worker goes: the one that is least busy as far as is known, or any. */
  readonly victims: "least-busy" | "any";
  readonly chance: () => number;
}

export interface Result {
  readonly waitsMs: readonly number[];
  /** Runs whose slot was taken away while they held it. */
  readonly interrupted: number;
  /** Runs that had not ended an hour after the last one became ready. */
  readonly unfinished: number;
  readonly workerHours: number;
  readonly peak: number;
  readonly seen: readonly (PoolObservation & { readonly wanted: number })[];
}

interface Worker {
  readonly startedAt: number;
  readonly work: RecentWork;
  readonly inHand: Map<LoadedRun, number>;
  /** As it last said. */
  told: { busy: number; taken: number; heldMs: number };
  isReady: boolean;
  isLeaving: boolean;
}

export const slots = 32;
const askEveryMs = 5_000;
const beatMs = 3_000;
const startMs = 10_000;
const graceMs = 10_000;
const lookAheadMs = 20_000;
const overtimeMs = 3_600_000;

export function runCluster({ load, scaler, victims, chance }: ClusterOptions): Result {
  const agenda = createAgenda();
  const workers = new Set<Worker>();
  const ready: LoadedRun[] = [];
  const readySince = new Map<LoadedRun, number>();
  const waitsMs: number[] = [];
  const seen: (PoolObservation & { wanted: number })[] = [];
  const timed = load.runs.filter(({ isTimed }) => isTimed === true).map(({ readyAt }) => readyAt);
  let head = 0;
  let interrupted = 0;
  let unfinished = 0;
  let workedMs = 0;
  let peak = 0;

  const handOut = (): void => {
    for (const worker of workers) {
      while (worker.isReady && !worker.isLeaving && worker.inHand.size < slots) {
        const run = ready[head];
        if (run === undefined) return;
        head += 1;
        take(worker, run);
      }
    }
  };
  const take = (worker: Worker, run: LoadedRun): void => {
    const { now } = agenda;
    waitsMs.push(now - (readySince.get(run) ?? now));
    worker.work.took(now);
    worker.inHand.set(run, now + run.holdMs);
    agenda.at(now + run.holdMs, () => {
      if (!worker.inHand.delete(run)) return;
      worker.work.gave(agenda.now);
      if (worker.isLeaving && worker.inHand.size === 0) end(worker);
      else handOut();
    });
  };
  const becomeReady = (run: LoadedRun): void => {
    readySince.set(run, agenda.now);
    ready.push(run);
    handOut();
  };
  const start = (): void => {
    const { now } = agenda;
    const told = { busy: 0, taken: 0, heldMs: 0 };
    const worker: Worker = {
      ...{
        startedAt: now,
        work: createRecentWork(now),
        inHand: new Map(),
        told,
        isReady: false,
        isLeaving: false,
      },
    };
    workers.add(worker);
    const beat = (): void => {
      if (!workers.has(worker)) return;
      worker.told = { busy: worker.inHand.size, ...worker.work.sums(agenda.now) };
      agenda.at(agenda.now + beatMs, beat);
    };
    agenda.at(now + startMs, () => {
      worker.isReady = true;
      beat();
      handOut();
    });
  };
  const end = (worker: Worker): void => {
    if (!workers.delete(worker)) return;
    workedMs += agenda.now - worker.startedAt;
    interrupted += worker.inHand.size;
    for (const run of worker.inHand.keys()) becomeReady(run);
    worker.inHand.clear();
  };
  const leave = (worker: Worker): void => {
    worker.isLeaving = true;
    if (worker.inHand.size === 0) end(worker);
    else agenda.at(agenda.now + graceMs, () => end(worker));
  };

  const observe = (): PoolObservation => {
    const { now } = agenda;
    const staying = [...workers].filter(({ isReady, isLeaving }) => isReady && !isLeaving);
    const taken = staying.reduce((sum, { told }) => sum + told.taken, 0);
    const heldMs = staying.reduce((sum, { told }) => sum + told.heldMs, 0);
    const oldest = ready[head];
    return {
      at: now,
      ready: ready.length - head,
      dueSoon: timed.filter((at) => at > now && at <= now + lookAheadMs).length,
      busy: [...workers].reduce((sum, { inHand }) => sum + inHand.size, 0),
      workers: staying.length,
      busyWorkers: staying.filter(({ told }) => told.busy > 0).length,
      ...(staying.length === 0 ? {} : { slots }),
      ...(taken === 0 ? {} : { slotMs: heldMs / taken }),
      ...(oldest === undefined ? {} : { oldestReadyMs: now - (readySince.get(oldest) ?? now) }),
    };
  };
  const close = (): void => {
    for (const worker of workers) {
      unfinished += worker.inHand.size;
      worker.inHand.clear();
      end(worker);
    }
    unfinished += ready.length - head;
    head = ready.length;
  };
  const scale = (): void => {
    const observation = observe();
    const wanted = scaler.wanted(observation);
    seen.push({ ...observation, wanted });
    const there = [...workers].filter(({ isLeaving }) => !isLeaving);
    for (let count = there.length; count < wanted; count += 1) start();
    const rank = (worker: Worker): number => (victims === "any" ? chance() : worker.told.busy);
    const ranked = there.map((worker) => ({ worker, rank: rank(worker) })).sort((a, b) => a.rank - b.rank);
    for (const { worker } of ranked.slice(0, Math.max(0, there.length - wanted))) leave(worker);
    peak = Math.max(peak, wanted);
    const isDone = agenda.now >= load.lastsMs && observation.ready + observation.busy === 0;
    if (isDone || agenda.now >= load.lastsMs + overtimeMs) close();
    else agenda.at(agenda.now + askEveryMs, scale);
  };

  for (const run of load.runs) agenda.at(run.readyAt, () => becomeReady(run));
  agenda.at(0, scale);
  agenda.run();
  return { waitsMs, interrupted, unfinished, workerHours: workedMs / 3_600_000, peak, seen };
}
