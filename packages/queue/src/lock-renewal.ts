/**
 * Keeps the BullMQ locks of the jobs in hand alive and tells a job's handler when its lock is gone.
 *
 *   held → (renewed in time) → held → (released) → gone
 *   held → (renewal refused, the deadline on this machine passes, or the job is handed out again) → lost, signal aborted
 *
 * BullMQ's own renewal is switched off, because it does neither of two things this one does. It tracks jobs by id
 * only: a run that is woken while its last activation is still being put away loses the renewal of its new lock. And
 * it never tells: without an answer from Redis a handler would go on beside its successor. The deadline counts from
 * before the last successful renewal was sent, on the monotonic clock.
 */

export interface HeldLock {
  /** Id of the job, which is its run's. */
  readonly runId: string;
  /** Aborted with a sentence as reason when the lock is lost. Made when it is asked for. */
  readonly signal: AbortSignal;
  /** Stops renewing. The lock stays in Redis until the job is moved or the lock runs out. */
  release(): void;
}

export interface LockRenewal {
  /** `ageMs`: time since the request that took the lock was sent. */
  hold(lock: { readonly jobId: string; readonly token: string; readonly ageMs: number }): HeldLock;
  stop(): void;
}

export interface LockRenewalOptions {
  readonly lockDurationMs: number;
  /** Renews locks; `tokens[i]` belongs to `jobIds[i]`. Answers the ids whose lock is not this token's any more. */
  readonly extend: (jobIds: string[], tokens: string[]) => Promise<readonly string[]>;
  readonly onError: (error: Error) => void;
}

/** A class, since V8 makes an object slowly that is written down with a getter in it, and every run has a lock. */
class Entry implements HeldLock {
  readonly runId: string;
  readonly token: string;
  deadlineMonoMs: number;
  readonly #held: Map<string, Entry>;
  #controller: AbortController | undefined;
  #lostFor: string | undefined;

  constructor(lock: Pick<Entry, "runId" | "token" | "deadlineMonoMs">, held: Map<string, Entry>) {
    this.runId = lock.runId;
    this.token = lock.token;
    this.deadlineMonoMs = lock.deadlineMonoMs;
    this.#held = held;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#lostFor !== undefined) this.#controller.abort(this.#lostFor);
    }
    return this.#controller.signal;
  }

  lose(reason: string): void {
    this.#lostFor = reason;
    this.#controller?.abort(reason);
  }

  release(): void {
    if (this.#held.get(this.runId) === this) this.#held.delete(this.runId);
  }
}

/** A lock outlives one failed renewal. */
const renewalsPerLock = 3;
/** A deadline is noticed at most this part of the lock's duration late. */
const looksPerLock = 12;

export function createLockRenewal(options: LockRenewalOptions): LockRenewal {
  const { lockDurationMs } = options;
  const held = new Map<string, Entry>();
  let isRenewing = false;
  let nextRenewalMonoMs = 0;

  const lose = (entry: Entry, reason: string): void => {
    if (held.get(entry.runId) !== entry) return;
    held.delete(entry.runId);
    entry.lose(reason);
  };

  const renew = async (entries: readonly Entry[]): Promise<void> => {
    const sentAt = performance.now();
    isRenewing = true;
    try {
      const jobIds = entries.map((entry) => entry.runId);
      const tokens = entries.map((entry) => entry.token);
      const refused = new Set(await options.extend(jobIds, tokens));
      for (const entry of entries) {
        if (refused.has(entry.runId)) lose(entry, "the lock of this job ran out or went to another worker");
        else entry.deadlineMonoMs = sentAt + lockDurationMs;
      }
    } catch (error) {
      // One failed renewal costs nothing while the deadline allows; the next look tries again.
      options.onError(error instanceof Error ? error : new Error(String(error)));
    } finally {
      isRenewing = false;
    }
  };

  const look = (): void => {
    const now = performance.now();
    for (const entry of held.values()) {
      if (entry.deadlineMonoMs <= now) lose(entry, "the lock of this job could not be renewed in time");
    }
    if (held.size === 0 || isRenewing || now < nextRenewalMonoMs) return;
    nextRenewalMonoMs = now + lockDurationMs / renewalsPerLock;
    void renew([...held.values()]);
  };
  const timer = setInterval(look, Math.max(10, lockDurationMs / looksPerLock));

  return {
    hold({ jobId, token, ageMs }) {
      const earlier = held.get(jobId);
      if (earlier !== undefined) lose(earlier, "this job was handed out again");
      const age = Math.min(Math.max(ageMs, 0), lockDurationMs);
      const deadlineMonoMs = performance.now() + lockDurationMs - age;
      const entry = new Entry({ runId: jobId, token, deadlineMonoMs }, held);
      held.set(jobId, entry);
      return entry;
    },
    stop() {
      clearInterval(timer);
      held.clear();
    },
  };
}
