/**
 * The writes of one activation. Each carries the fence and a number of its own, so that a write whose answer was lost
 * can be repeated and a former owner's write changes nothing. After each write its outbox entries are performed. A first
 * decision may be held back; whatever is written next carries it too.
 * Does not decide what is written.
 */
import type { Decision } from "@runfleet/engine";
import type {
  ChildResult,
  Commit,
  EngineEvent,
  Finish,
  InboxEntry,
  Activation as OpenedRun,
  OutboxEntry,
  RunRecord,
  RunStore,
} from "@runfleet/model";
import { isRunfleetError } from "@runfleet/model";
import type { ActionLog } from "./action.js";
import type { Clock } from "./clock.js";
import { joinDecisions } from "./join-decisions.js";
import type { Hold } from "./lease-keeper.js";
import { isOutbox } from "./local-work.js";
import { patienceOf, togetherMs } from "./patience.js";
import type { RetentionRules } from "./retention-rules.js";
import type { RunLog } from "./run-log.js";

export interface WriterPorts {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly log: ActionLog;
  /** Performs outbox entries of this run and answers the ids that are done. Never throws. */
  readonly performOutbox: (entries: readonly OutboxEntry[], run: RunRecord) => Promise<readonly string[]>;
  /** Tells the parent that this run's end lies in its inbox; answers the outbox ids that are done. Never throws. */
  readonly wakeParent: (
    run: RunRecord,
    options: { readonly withinMs?: number },
  ) => Promise<readonly string[]>;
  /** How long a run is kept that ends so. */
  readonly keptMs: RetentionRules["ageMs"];
}

/** `fenced`: somebody else owns the run, or the lease was lost before Redis answered. */
export type Written<T> = T | { readonly tag: "fenced" };

/** Between two tries of a write that Redis did not accept: soon at first, then so seldom that nobody is kept busy. */
const repeatDelayMs = { first: 100, max: 2_000 } as const;

export class RunWriter {
  readonly #opened: OpenedRun;
  readonly #ports: WriterPorts;
  readonly #runLog: Pick<RunLog, "take">;
  #commits = 0;
  #inboxSeen = 0;
  #outboxDone: string[] = [];
  /** Entries that are being performed; absent before the first. */
  #outboxWork: Promise<void> | undefined;
  #unwritten: Decision | undefined;
  #lost = false;
  #hold: Hold = "held";

  constructor(opened: OpenedRun, ports: WriterPorts, runLog: Pick<RunLog, "take">) {
    this.#opened = opened;
    this.#ports = ports;
    this.#runLog = runLog;
  }

  /** The lease is gone: nothing is written any more. */
  lose(): void {
    this.#lost = true;
  }

  get hold(): Hold {
    return this.#hold;
  }

  /** Nothing has been written and nothing is held. */
  get isFresh(): boolean {
    return this.#commits === 0 && !this.isHoldingBack;
  }

  get isHoldingBack(): boolean {
    return this.#unwritten !== undefined;
  }

  /** Keeps a decision for the next write. Lost when none comes. */
  holdBack(decision: Decision): void {
    this.#unwritten = decision;
  }

  /** Events of entries not seen before; the next write consumes them. */
  read(entries: readonly InboxEntry[]): EngineEvent[] {
    const fresh = entries.filter((entry) => entry.seq > this.#inboxSeen);
    this.#inboxSeen = fresh.at(-1)?.seq ?? this.#inboxSeen;
    return fresh.map((entry) => entry.event);
  }

  /** Records a decision and goes on; answers the events that arrived meanwhile. */
  async commit(decision: Decision): Promise<Written<{ tag: "ok"; events: EngineEvent[] }>> {
    // While a worker holds it, a run that waits out a short time is running.
    const status = decision.status === "waiting" ? "running" : decision.status;
    const commit: Commit = { ...this.#commitOf(decision), status };
    const reply = await this.#repeat(() => this.#ports.store.commit(commit));
    if (reply.tag === "fenced") return reply;
    this.#send(commit.outbox);
    return { tag: "ok", events: this.read(reply.inbox) };
  }

  /** Records a decision and lets go of the run until an event or the deadline, unless events have arrived. */
  async park(
    decision: Decision,
  ): Promise<Written<{ tag: "parked" } | { tag: "wake_now"; events: EngineEvent[] }>> {
    const commit = this.#commitOf(decision);
    const until = decision.nextDeadlineAt === undefined ? {} : { until: decision.nextDeadlineAt };
    const patience = patienceOf(decision.blockedOn);
    const park = {
      ...commit,
      blockedOn: decision.blockedOn,
      ...until,
      ...(patience === undefined ? {} : { patience }),
    };
    const reply = await this.#leave(() => this.#ports.store.park(park));
    if (reply.tag === "fenced") return reply;
    this.#send(commit.outbox);
    if (reply.tag === "wake_now") return { tag: "wake_now", events: this.read(reply.inbox) };
    this.#send(reply.granted);
    await this.#settleOutbox();
    return { tag: "parked" };
  }

  /** Records a decision and lets go of a run that wants to go on at once, here or elsewhere. */
  async release(decision: Decision): Promise<Written<{ tag: "yielded" }>> {
    const status = decision.status === "cancelling" ? "cancelling" : "pending";
    const commit: Commit = { ...this.#commitOf(decision), status };
    const reply = await this.#leave(() => this.#ports.store.release(commit));
    if (reply.tag === "fenced") return reply;
    this.#send(commit.outbox);
    await this.#settleOutbox();
    return reply;
  }

  /** Records the end of the run. */
  async finish(
    decision: Decision,
    ended: NonNullable<Decision["ended"]>,
  ): Promise<Written<{ tag: "finished" }>> {
    const { run } = this.#opened;
    const finish: Finish = {
      // Members of its own first: V8 gives each object a hidden class of its own that begins with a copy and goes on.
      summary: ended.summary,
      retentionMs: this.#ports.keptMs({ workflow: run.workflow, status: ended.status }),
      ...this.#commitOf(decision),
      status: ended.status,
      ...(ended.error === undefined ? {} : { error: ended.error }),
      ...parentEvent(run, ended.result, this.#ports.clock.now()),
    };
    const reply = await this.#leave(() => this.#ports.store.finish(finish));
    if (reply.tag === "fenced") return reply;
    this.#send(finish.outbox);
    if (reply.tag === "finished") this.#send(reply.granted);
    const parentWake = reply.tag === "finished" ? reply.parentWake : "now";
    if (parentWake !== undefined) {
      const options = parentWake === "soon" ? { withinMs: togetherMs } : {};
      this.#outboxDone.push(...(await this.#ports.wakeParent(run, options)));
    }
    await this.#settleOutbox();
    return { tag: "finished" };
  }

  #commitOf(newest: Decision): Commit {
    const { fence, run } = this.#opened;
    const decision = this.#unwritten === undefined ? newest : joinDecisions(this.#unwritten, newest);
    this.#unwritten = undefined;
    const before = this.#commits;
    this.#commits += 1;
    const idOf = (count: number): string => `${fence.generation}:${count}`;
    const commitId = idOf(this.#commits);
    const log = this.#runLog.take();
    return {
      fence,
      commitId,
      ...(before === 0 ? {} : { after: idOf(before) }),
      parts: decision.parts,
      steps: decision.steps,
      facts: decision.facts,
      outbox: decision.commands.filter(isOutbox).map((command, index) => ({
        id: `${run.id}:${commitId}:${index}`,
        runId: run.id,
        type: "command",
        command,
      })),
      inboxSeen: this.#inboxSeen,
      status: decision.status,
      totals: decision.totals,
      ...(decision.usage === undefined ? {} : { usage: decision.usage }),
      gatesOpened: decision.gatesOpened,
      gatesClosed: decision.gatesClosed,
      outboxDone: this.#outboxDone.splice(0),
      ...(log.length === 0 ? {} : { log }),
    };
  }

  #send(entries: readonly OutboxEntry[] = []): void {
    if (entries.length === 0) return;
    const perform = async (): Promise<void> => {
      this.#outboxDone.push(...(await this.#ports.performOutbox(entries, this.#opened.run)));
    };
    this.#outboxWork = this.#outboxWork === undefined ? perform() : this.#outboxWork.then(perform);
  }

  async #settleOutbox(): Promise<void> {
    if (this.#outboxWork !== undefined) await this.#outboxWork;
    if (this.#outboxDone.length > 0) await this.#ports.store.outboxDone(this.#outboxDone.splice(0));
  }

  /** A write after which nobody owns the run, unless it answers otherwise. */
  #leave<T extends { readonly tag: string }>(write: () => Promise<T>): Promise<Written<T>> {
    this.#hold = "leaving";
    return this.#repeat(write).then((reply) => {
      this.#hold = reply.tag === "fenced" || reply.tag === "wake_now" ? "held" : "left";
      return reply;
    });
  }

  /** Repeats a write until Redis answers or the lease is lost. The repeated write is the same commit. */
  #repeat<T extends { readonly tag: string }>(
    write: () => Promise<T>,
    delayMs: number = repeatDelayMs.first,
  ): Promise<Written<T>> {
    if (this.#lost) return Promise.resolve({ tag: "fenced" });
    return write().catch(async (error: unknown) => {
      if (!isRunfleetError(error) || !error.retryable) throw error;
      this.#ports.log.warn("write not confirmed, trying again", { error: String(error) });
      await new Promise<void>((resolve) => this.#ports.clock.after(delayMs, resolve));
      return this.#repeat(write, Math.min(2 * delayMs, repeatDelayMs.max));
    });
  }
}

function parentEvent(run: RunRecord, result: ChildResult, at: number): Pick<Finish, "parentEvent"> {
  if (run.parentId === undefined || run.parentAddress === undefined) return {};
  const event = { type: "childFinished", at, childId: run.id, address: run.parentAddress, result } as const;
  return { parentEvent: { parentId: run.parentId, event } };
}
