/**
 * BullMQ's Worker with two changes: a worker that stops does not swallow the wake-up of another one, and the end of a
 * run is never refused because of a child's job. And other rests after a failure.
 *
 * Idle workers wait for a marker that is popped by whoever waited longest. A marker that reaches a worker which has
 * just hung up is lost, and the job it stood for would lie until another worker's wait times out (5 to 10 s). So a
 * worker that stops hangs up first and then sets the marker again.
 *
 * BullMQ does not complete a job while linked children have not finished (answer -4), and would mark it failed
 * instead. Here a child tells its parent in its own last commit, a moment before its job is moved to finished; so the
 * parent's job waits that moment. A child that outlives its parent (or whose worker died in that moment) is no longer
 * a reason to wait: its link is cut and the parent's job completes. Nothing of this touches the runs themselves.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Job, Span } from "bullmq";
import { ErrorCode, Worker } from "bullmq";
import { isNoLongerHeld, scriptAnswer } from "./bull-errors.js";
import { continuingPrecedence } from "./precedence.js";

/** What a job carries beside its id, the run's, and its name, the workflow's; everything else is in the store. */
export interface JobData {
  readonly label?: string;
}

export interface JobResult {
  readonly status: string;
}

export type RunJob = Job<JobData, JobResult>;

/** Half a second in all: a busy Redis needs some, and the worker's slot is held meanwhile. */
const childWaitsMs = [5, 10, 20, 40, 80, 160, 200] as const;

/** BullMQ itself rests 5 s: time that the runs of a dead worker lose after a short trouble with Redis. */
const failedRoundRestMs = 1_000;

/** BullMQ itself rests 0.1 s: a worker would ask a read-only server, and complain, ten times a second. */
const refusedWaitRestMs = 1_000;

export class RunWorker extends Worker<JobData, JobResult> {
  protected override async handleCompleted(
    result: JobResult,
    job: RunJob,
    token: string,
    mayFetchNext?: () => boolean,
    span?: Span,
  ): Promise<RunJob> {
    const complete = (): Promise<RunJob> => super.handleCompleted(result, job, token, mayFetchNext, span);
    try {
      for (const waitMs of childWaitsMs) {
        const reply = await complete().catch(answerPendingChildren);
        if (reply !== pendingChildren) return reply;
        await pause(waitMs);
      }
      await this.cutChildren(job);
      return await complete();
    } catch (error) {
      if (!isNoLongerHeld(error)) throw error;
      // The job goes on with whoever holds it now, who will find the run ended. To the caller this means "no next job",
      // for which BullMQ has no type.
      const message = `run ${job.id} ended, but its job had gone to somebody else`;
      this.emit("error", new Error(message, { cause: error }));
      return undefined as unknown as RunJob;
    }
  }

  /**
   * Lays a job aside for so long; from now on it goes before fresh ones, and nothing is asked of it that it was added with.
   * But for a child's: what its end means to its parent is in there. As BullMQ's own `moveToDelayed`, which takes this
   * machine's time and changes nothing else of the job.
   */
  async putAway(job: RunJob, token: string, delayMs: number): Promise<void> {
    const options = job.parent === undefined ? { opts: "{}" } : {};
    await this.backend.moveToDelayed(job.id ?? "", Date.now(), Math.max(0, delayMs), token, {
      skipAttempt: true,
      fieldsToUpdate: { priority: continuingPrecedence, ...options },
    });
  }

  /** Takes no more jobs. Resolves when no wake-up can get lost here; jobs in hand are not waited for. */
  async hangUp(): Promise<void> {
    this.close().catch((error: Error) => this.emit("error", error));
    await this.backend.disconnectBlocking(true);
    const client = await this.backend.client;
    // Redis reads our farewell, sent before, at the latest together with this question, so before the next command.
    await client.llen(this.toKey("wait"));
    client.defineCommand(setMarker.name, setMarker);
    await client.runCommand(setMarker.name, [this.toKey("marker")]);
  }

  /**
   * For the end, when `close` cannot finish because Redis is away: gives up the worker's own connection. The caller's
   * is left alone. One of the two works, depending on whether Redis was ever reached.
   */
  abandon(): void {
    const settled = [this.backend.close(true), this.backend.disconnectBlocking(false)];
    for (const each of settled) each.catch((error: Error) => this.emit("error", error));
  }

  /** Each round of the search for jobs of dead workers goes through here. One that failed is soon followed by another. */
  protected override checkConnectionError<T>(
    procedure: () => Promise<T>,
    restMs: number = failedRoundRestMs,
  ): Promise<T | undefined> {
    return super.checkConnectionError(procedure, restMs);
  }

  /** Names no time only where Redis has refused to let the worker wait for jobs. */
  override delay(...[restMs = refusedWaitRestMs, abort]: Parameters<Worker["delay"]>): Promise<void> {
    return super.delay(restMs, abort);
  }

  private async cutChildren(job: RunJob): Promise<void> {
    const client = await this.backend.client;
    await client.del(this.toKey(`${job.id}:dependencies`));
  }
}

const setMarker = {
  name: "runfleetSetMarker",
  numberOfKeys: 1,
  lua: 'return redis.call("ZADD", KEYS[1], 0, "0")',
} as const;

const pendingChildren = Symbol("pending children");

function answerPendingChildren(error: unknown): typeof pendingChildren {
  if (scriptAnswer(error) === ErrorCode.JobPendingChildren) return pendingChildren;
  throw error;
}
