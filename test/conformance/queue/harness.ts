/**
 * What the conformance suite of the run queue needs of an implementation: the queue, a clock, and a way to wait for
 * facts. On Redis time passes by itself; in memory every wait moves the clock a little.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ConsumeOptions, Consumer, Disposition, RunQueue, StopSignal } from "@runfleet/model";
import type { KeepEnded } from "@runfleet/queue";
import { createMemoryQueue, createRunQueue } from "@runfleet/queue";
import { connectRedis } from "@runfleet/store";
import type { Redis } from "ioredis";
import { inject } from "vitest";

export interface HarnessOptions {
  readonly keepEnded?: KeepEnded;
}

export interface QueueHarness {
  readonly queue: RunQueue;
  /** The same queue as somebody else sees it: over another connection. */
  readonly sender: RunQueue;
  now(): number;
  /** Resolves when `fact` holds; rejects with the name of the fact after 20 s of real time. */
  until(name: string, fact: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets time pass: really, or on the clock. */
  elapse(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export type StartHarness = (options?: HarnessOptions) => Promise<QueueHarness>;

const factDeadlineMs = 20_000;

/** Asks for a fact again and again, letting `step` make time pass in between. */
export async function untilFact(
  name: string,
  fact: () => boolean | Promise<boolean>,
  step: () => Promise<void> = () => pause(2),
): Promise<void> {
  const deadline = performance.now() + factDeadlineMs;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`this did not come true in time: ${name}`);
    await step();
  }
}

/** A hash tag that no other test file uses. */
export function randomTag(): string {
  return `{q${randomBytes(6).toString("hex")}:0}`;
}

export function connectTestRedis(tag: string): Redis {
  return connectRedis(inject("redisUrl"), { role: "worker", tag });
}

export const startRedisHarness: StartHarness = async (options = {}) => {
  const tag = randomTag();
  const connections = [connectTestRedis(tag), connectTestRedis(tag)] as const;
  const queue = createRunQueue({ connection: connections[0], tag, ...options });
  const sender = createRunQueue({ connection: connections[1], tag, ...options });
  return {
    queue,
    sender,
    now: () => Date.now(),
    until: (name, fact) => untilFact(name, fact),
    elapse: (ms) => pause(ms),
    async stop() {
      await Promise.all([queue.close(), sender.close()]);
      await Promise.all(connections.map((connection) => connection.quit()));
    },
  };
};

export const startMemoryHarness: StartHarness = async (options = {}) => {
  let now = Date.UTC(2030, 0, 1);
  const queue = createMemoryQueue({ now: () => now, ...options });
  const elapse = async (ms: number): Promise<void> => {
    now += ms;
    queue.tick();
    await pause(0);
  };
  return {
    queue,
    sender: queue,
    now: () => now,
    until: (name, fact) => untilFact(name, fact, () => elapse(2)),
    elapse,
    stop: () => queue.close(),
  };
};

export interface Visit {
  readonly runId: string;
  readonly signal: StopSignal;
  /** 1 for the first time this run is handled by this recorder. */
  readonly count: number;
}

export interface Recorder extends Consumer {
  readonly visits: readonly Visit[];
  readonly errors: readonly Error[];
  visitsOf(runId: string): number;
  mostAtOnce(): number;
}

export interface RecorderOptions {
  readonly queue: RunQueue;
  readonly answer: (visit: Visit) => Disposition | Promise<Disposition>;
  readonly pool?: string;
  readonly concurrency?: number;
}

export const testPool = "default";

/** A consumer that remembers what it was handed. */
export async function record({
  queue,
  answer,
  pool = testPool,
  concurrency = 4,
}: RecorderOptions): Promise<Recorder> {
  const visits: Visit[] = [];
  const errors: Error[] = [];
  let inHand = 0;
  let mostAtOnce = 0;
  const visitsOf = (runId: string): number => visits.filter((visit) => visit.runId === runId).length;
  const handle: ConsumeOptions["handle"] = async ({ runId, signal }) => {
    const visit = { runId, signal, count: visitsOf(runId) + 1 };
    visits.push(visit);
    inHand += 1;
    mostAtOnce = Math.max(mostAtOnce, inHand);
    try {
      return await answer(visit);
    } finally {
      inHand -= 1;
    }
  };
  const onError = (error: Error): void => {
    errors.push(error);
  };
  const consumer = await queue.consume({ pool, concurrency, handle, onError });
  return { visits, errors, visitsOf, mostAtOnce: () => mostAtOnce, ...consumer };
}

export function ended(status: "completed" | "failed" | "cancelled" = "completed"): Disposition {
  return status === "failed" ? { type: "ended", status, error: "step a failed" } : { type: "ended", status };
}

export function parked(until?: number): Disposition {
  const stillParked = async (): Promise<boolean> => true;
  return { type: "parked", stillParked, ...(until === undefined ? {} : { until }) };
}

/** A door that handlers wait at until the test opens it. */
export function createDoor(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

/** A fact that comes true after `steps` questions: some time in which something must not happen. */
export function createCountdown(steps: number): () => boolean {
  let left = steps;
  return () => {
    left -= 1;
    return left < 0;
  };
}
