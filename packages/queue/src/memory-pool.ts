/**
 * One pool of the queue in memory: the states a job can be in and how it moves between them, with the order of the queue
 * on Redis (by precedence; equal ones in order of arrival, a job that was handed back before all of them).
 * Time passes only when `tick` is called. Parent links are not kept: they are for the eye only.
 */
import type {
  ConsumeOptions,
  Consumer,
  Disposition,
  PoolBacklog,
  QueueJob,
  WakeReply,
} from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import { parkedUntil } from "./delay-limits.js";
import { callHandler, isStillParked } from "./handler-calls.js";
import type { KeepEnded } from "./keep-ended.js";
import { backlogOf } from "./memory-backlog.js";
import { insertSorted } from "./memory-order.js";
import { continuingPrecedence, precedenceOf } from "./precedence.js";

type JobState = "waiting" | "active" | "delayed" | "completed" | "failed";

export interface MemoryJob {
  readonly runId: string;
  precedence: number;
  state: JobState;
  /** Place among the waiting jobs of one precedence; time of day for delayed and ended ones. */
  rank: number;
  /** Whoever has the job in hand; another value means that the lock was lost. */
  holder: AbortController | undefined;
}

export type PoolSnapshot = readonly Readonly<MemoryJob>[];

interface Hands {
  readonly options: ConsumeOptions;
  busy: number;
  isClosing: boolean;
  onEmpty: (() => void) | undefined;
}

export interface MemoryPoolOptions {
  readonly now: () => number;
  /** Ended jobs are kept up to both bounds. */
  readonly keepEnded: KeepEnded;
}

type Settled = "waiting" | "delayed" | "completed" | "failed";

export class MemoryPool {
  private readonly options: MemoryPoolOptions;
  private readonly jobs = new Map<string, MemoryJob>();
  /** Each sorted: waiting by precedence and rank, the others by rank. */
  private readonly lists: Readonly<Record<Settled, MemoryJob[]>> = {
    waiting: [],
    delayed: [],
    completed: [],
    failed: [],
  };
  private readonly consumers: Hands[] = [];
  private arrivals = 0;

  constructor(options: MemoryPoolOptions) {
    this.options = options;
  }

  add(added: QueueJob): void {
    const { runId, delayMs = 0 } = added;
    if (this.jobs.has(runId)) return;
    const job: MemoryJob = {
      runId,
      precedence: precedenceOf(added),
      state: "active",
      rank: 0,
      holder: undefined,
    };
    this.jobs.set(runId, job);
    if (delayMs > 0) this.put(job, "delayed", this.options.now() + delayMs);
    else this.put(job, "waiting", this.nextRank());
  }

  wake(runId: string, { withinMs = 0 }: { readonly withinMs?: number } = {}): WakeReply {
    const job = this.jobs.get(runId);
    if (job === undefined) return "missing";
    if (job.state === "completed") return "ended";
    if (job.state !== "delayed" && job.state !== "failed") return "not_parked";
    if (job.state === "failed") job.precedence = continuingPrecedence;
    const dueAt = this.options.now() + withinMs;
    const sleeps = job.state === "delayed" && withinMs > 0;
    if (sleeps && job.rank <= dueAt) return "woken";
    this.take(job);
    if (sleeps) this.put(job, "delayed", dueAt);
    else this.put(job, "waiting", this.nextRank());
    return "woken";
  }

  revive(runId: string): void {
    const job = this.jobs.get(runId);
    if (job?.state !== "completed") return;
    job.precedence = continuingPrecedence;
    this.take(job);
    this.put(job, "waiting", this.nextRank());
  }

  remove(runId: string): void {
    const job = this.jobs.get(runId);
    if (job === undefined || job.state === "active") return;
    this.take(job);
    this.jobs.delete(runId);
  }

  counts(): Record<JobState, number> {
    const { waiting, delayed, completed, failed } = this.lists;
    const settled = waiting.length + delayed.length + completed.length + failed.length;
    return {
      waiting: waiting.length,
      active: this.jobs.size - settled,
      delayed: delayed.length,
      completed: completed.length,
      failed: failed.length,
    };
  }

  backlog(dueBefore: number): PoolBacklog {
    return backlogOf({ ...this.lists, active: this.counts().active }, dueBefore);
  }

  consume(options: ConsumeOptions): Consumer {
    const hands: Hands = { options, busy: 0, isClosing: false, onEmpty: undefined };
    this.consumers.push(hands);
    this.handOut();
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      hands.isClosing = true;
      closing ??= new Promise((resolve) => {
        hands.onEmpty = resolve;
        this.leaveWhenEmpty(hands);
      });
      return closing;
    };
    return {
      pause: () => {
        void close();
        return Promise.resolve();
      },
      close,
    };
  }

  /** Makes every job ready that is due by now. */
  tick(): void {
    const now = this.options.now();
    for (let first = this.lists.delayed[0]; first !== undefined; first = this.lists.delayed[0]) {
      if (first.rank > now) return;
      this.take(first);
      this.put(first, "waiting", this.nextRank());
    }
  }

  /** Epoch milliseconds of the next `tick` that will do something; absent when nothing is delayed. */
  nextDueAt(): number | undefined {
    return this.lists.delayed[0]?.rank;
  }

  /** What happens when the worker that has this job dies, or its lock runs out. */
  loseLock(runId: string): void {
    const job = this.jobs.get(runId);
    if (job?.state !== "active") return;
    job.holder?.abort("the lock of this job ran out or went to another worker");
    job.holder = undefined;
    job.precedence = continuingPrecedence;
    this.put(job, "waiting", -this.nextRank());
  }

  /** Every job as it is; a snapshot with a job left out is a queue that lost it. */
  snapshot(): PoolSnapshot {
    return [...this.jobs.values()].map((job) => ({ ...job }));
  }

  /**
   * Puts all jobs back to what they were. A job that was in somebody's hands then is so again, also if that one has
   * ended it meanwhile: then it waits for its lock to run out.
   */
  restore(snapshot: PoolSnapshot): void {
    this.jobs.clear();
    for (const list of Object.values(this.lists)) list.length = 0;
    for (const job of snapshot.map((kept) => ({ ...kept }))) {
      this.jobs.set(job.runId, job);
      if (job.state !== "active") insertSorted(this.lists[job.state], job);
    }
    this.handOut();
  }

  private nextRank(): number {
    this.arrivals += 1;
    return this.arrivals;
  }

  private put(job: MemoryJob, state: Settled, rank: number): void {
    job.state = state;
    job.rank = rank;
    insertSorted(this.lists[state], job);
    if (state === "waiting") this.handOut();
    if (state === "delayed") this.tick();
    if (state === "completed" || state === "failed") this.forget(this.lists[state]);
  }

  private take(job: MemoryJob): void {
    if (job.state === "active") return;
    const list = this.lists[job.state];
    list.splice(list.indexOf(job), 1);
    job.state = "active";
  }

  private forget(ended: MemoryJob[]): void {
    const { ageMs, count } = this.options.keepEnded;
    const oldest = this.options.now() - ageMs;
    for (let first = ended[0]; first !== undefined; first = ended[0]) {
      if (ended.length <= count && first.rank > oldest) return;
      ended.shift();
      this.jobs.delete(first.runId);
    }
  }

  private handOut(): void {
    for (const hands of this.consumers) {
      while (!hands.isClosing && hands.busy < hands.options.concurrency) {
        const job = this.lists.waiting[0];
        if (job === undefined) return;
        this.take(job);
        hands.busy += 1;
        const holder = new AbortController();
        job.holder = holder;
        // Never inside the call that made the job ready.
        queueMicrotask(() => void this.work(job, holder, hands));
      }
    }
  }

  private async work(job: MemoryJob, holder: AbortController, hands: Hands): Promise<void> {
    const { options } = hands;
    // A job that was on its way when closing began goes back untouched.
    const disposition = hands.isClosing
      ? yielded
      : await callHandler({ runId: job.runId, signal: holder.signal }, options);
    const held = this.jobs.get(job.runId);
    if (held?.holder === holder) await this.settle(held, disposition, options);
    else options.onError(new Error(`the job of run ${job.runId} had gone to somebody else`));
    hands.busy -= 1;
    this.leaveWhenEmpty(hands);
    this.handOut();
  }

  private async settle(job: MemoryJob, disposition: Disposition, options: ConsumeOptions): Promise<void> {
    const now = this.options.now();
    job.holder = undefined;
    job.precedence = continuingPrecedence;
    switch (disposition.type) {
      case "parked":
        this.put(job, "delayed", parkedUntil(disposition.until, now));
        if (!(await isStillParked(disposition, options))) this.wake(job.runId);
        return;
      case "busy":
        return this.put(job, "delayed", now + disposition.retryAfterMs);
      case "yielded":
        return this.put(job, "waiting", -this.nextRank());
      case "ended":
        if (disposition.isGone === true) return void this.jobs.delete(job.runId);
        return this.put(job, disposition.status === "failed" ? "failed" : "completed", now);
      default:
        return unknownDisposition(disposition);
    }
  }

  private leaveWhenEmpty(hands: Hands): void {
    if (!hands.isClosing || hands.busy > 0) return;
    const place = this.consumers.indexOf(hands);
    if (place >= 0) this.consumers.splice(place, 1);
    hands.onEmpty?.();
  }
}

const yielded: Disposition = { type: "yielded" };

function unknownDisposition(disposition: never): never {
  throw new RunfleetError("internal", `unknown disposition ${JSON.stringify(disposition)}`);
}
