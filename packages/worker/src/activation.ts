/**
 * One activation: one lease-holding slice of a run on this worker. *Decide, commit, perform* until nothing can go on
 * here, then park, finish or yield.
 *
 *   open → (decide → commit → perform → wait for the next event)* → parked | ended | yielded | lost
 *
 * The first commit may be held back until the second when what it starts is known to end at once (`held-start.ts`).
 * A write that is refused because somebody else owns the run ends the activation at once, without another write.
 */
import type { DecideEnv, Decision, Plan } from "@runfleet/engine";
import { decide, decodeState, newState } from "@runfleet/engine";
import type { Disposition, EngineEvent, Activation as OpenedRun, RunState, RunStore } from "@runfleet/model";
import { childRunId } from "./child-run-id.js";
import type { EventQueue } from "./event-queue.js";
import { createEventQueue } from "./event-queue.js";
import { heldMs, mayBeHeld } from "./held-start.js";
import type { Hold } from "./lease-keeper.js";
import type { LocalWork } from "./local-work.js";
import { createLocalWork, isLocal, type StartableCommand, type WorkWatch } from "./local-work.js";
import type { PerformContext } from "./perform/context.js";
import type { QuickActions } from "./quick-actions.js";
import type { WriterPorts } from "./run-writer.js";
import { RunWriter } from "./run-writer.js";

export interface ActivationPorts extends WriterPorts {
  readonly store: RunStore;
  /** Attempts of this run that run here at once. */
  readonly parallelMax: number;
  /** How long attempts may go on after a stop before they are aborted. */
  readonly stopGraceMs: number;
  readonly quickActions: QuickActions;
  readonly watchWork?: WorkWatch | undefined;
}

export interface ActivationOptions {
  readonly opened: OpenedRun;
  readonly plan: Plan;
  readonly context: PerformContext;
  /** Variables of the run's context. */
  readonly injected: Readonly<Record<string, string>>;
  /** Values of the run's secret inputs. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  readonly ports: ActivationPorts;
}

/** A wait shorter than this is not worth giving the run away. */
const shortWaitMs = 1_000;
/** Time for attempts to end after the abort signal of a stop. */
const abortPatienceMs = 2_000;

type Wake = { readonly type: "event"; readonly event: EngineEvent } | { readonly type: "poked" };

export class Activation {
  readonly #options: ActivationOptions;
  readonly #now: () => number;
  readonly #work: LocalWork;
  readonly #writer: RunWriter;
  readonly #wakes: EventQueue<Wake>;
  #state: RunState;
  #stopping: { abortAt: number; aborted: boolean } | undefined;
  /** Asked for while the activation was stopping, so never begun. */
  #unbegun: StartableCommand[] = [];
  #lost = false;

  constructor(options: ActivationOptions) {
    this.#options = options;
    const { clock } = options.ports;
    this.#now = () => clock.now();
    this.#wakes = createEventQueue(clock);
    const { parts, run } = options.opened;
    this.#state = Object.keys(parts).length === 0 ? newState(run, this.#now()) : decodeState(parts);
    this.#writer = new RunWriter(options.opened, options.ports, options.context.runLog);
    this.#work = createLocalWork({
      context: options.context,
      parallelMax: options.ports.parallelMax,
      quickActions: options.ports.quickActions,
      watchWork: options.ports.watchWork,
      onEnded: (event) => this.#wakes.push({ type: "event", event }),
    });
  }

  /** Something may lie in the inbox: look at once. */
  poke(): void {
    this.#wakes.push({ type: "poked" });
  }

  /** Yield at the next step boundary; running attempts get the grace time, then the abort signal. */
  stop(): void {
    this.#stopping ??= { abortAt: this.#now() + this.#options.ports.stopGraceMs, aborted: false };
    this.poke();
  }

  /** The lease is gone: abort everything, write nothing more. */
  lose(): void {
    this.#lost = true;
    this.#writer.lose();
    this.#options.context.runLog.close();
    this.#work.abortAll("lease_lost");
    this.poke();
  }

  get hold(): Hold {
    return this.#writer.hold;
  }

  async run(): Promise<Disposition> {
    const { fence, inbox, run } = this.#options.opened;
    const activated = { type: "activated", worker: run.owner ?? "", generation: fence.generation } as const;
    let events: readonly EngineEvent[] = [activated, ...this.#writer.read(inbox)];
    try {
      for (;;) {
        const decision = decide(this.#options.plan, this.#state, events, this.#env());
        this.#state = decision.state;
        const next = (await this.#step(decision)) ?? (await this.#nextEvents(decision));
        if ("type" in next) return next;
        if (this.#lost) return this.#giveUp();
        events = next;
      }
    } finally {
      this.#options.context.runLog.close();
    }
  }

  /** Makes one decision durable and performs it; answers how the activation ends, or the next events when they are there. */
  async #step(decision: Decision): Promise<Disposition | readonly EngineEvent[] | undefined> {
    if (decision.ended !== undefined) return this.#finish(decision, decision.ended);
    if (this.#mayPark(decision)) return this.#park(decision);
    const returned = this.#mayYield() ? this.#returnAttempts(decision) : undefined;
    if (returned?.length === 0) return this.#release(decision);
    if (this.#mayHold(decision)) {
      this.#writer.holdBack(decision);
      this.#perform(decision);
      return undefined;
    }
    const written = await this.#writer.commit(decision);
    if (written.tag === "fenced") return this.#giveUp();
    // What was never begun is told to the run before it is given away: the next owner may begin it without asking.
    if (returned !== undefined) return [...returned, ...written.events];
    this.#perform(decision, written.events);
    return written.events.length > 0 ? written.events : undefined;
  }

  async #finish(decision: Decision, ended: NonNullable<Decision["ended"]>): Promise<Disposition> {
    const written = await this.#writer.finish(decision, ended);
    if (written.tag === "fenced") return this.#giveUp();
    // What a run did not wait for (an attempt that ignores its abort) has no run any more.
    this.#work.abortAll("cancelled");
    return {
      type: "ended",
      status: ended.status,
      ...(ended.error === undefined ? {} : { error: ended.error.message }),
    };
  }

  async #park(decision: Decision): Promise<Disposition | readonly EngineEvent[]> {
    const written = await this.#writer.park(decision);
    if (written.tag === "fenced") return this.#giveUp();
    if (written.tag === "wake_now") return written.events;
    const { store } = this.#options.ports;
    const { runId } = this.#options.opened.fence;
    const until = decision.nextDeadlineAt === undefined ? {} : { until: decision.nextDeadlineAt };
    return { type: "parked", ...until, stillParked: async () => !(await store.inboxWaiting(runId)) };
  }

  async #release(decision: Decision): Promise<Disposition> {
    const written = await this.#writer.release(decision);
    return written.tag === "fenced" ? this.#giveUp() : { type: "yielded" };
  }

  #giveUp(): Disposition {
    this.lose();
    return { type: "busy", retryAfterMs: shortWaitMs };
  }

  /** Waits for the next things to happen. */
  #nextEvents(decision: Decision): Promise<readonly EngineEvent[]> {
    const deadlineAt = Math.min(
      decision.nextDeadlineAt ?? Number.POSITIVE_INFINITY,
      this.#stopDeadline(),
      this.#writer.isHoldingBack ? this.#now() + heldMs : Number.POSITIVE_INFINITY,
    );
    const waitMs = Number.isFinite(deadlineAt) ? Math.max(0, deadlineAt - this.#now()) : undefined;
    return this.#wakes.take(waitMs).then((woken) => {
      if (woken.length === 0 && this.#writer.isHoldingBack) this.#noteOutlasted(decision);
      return this.#eventsOf(woken);
    });
  }

  #noteOutlasted({ commands }: Decision): void {
    const { quickActions } = this.#options.ports;
    for (const command of commands) if (command.type === "runAction") quickActions.outlasted(command.action);
  }

  #eventsOf(woken: readonly Wake[]): readonly EngineEvent[] {
    this.#abortWhenGraceIsOver();
    const events = woken.flatMap((wake) =>
      wake.type === "event" && !this.#isShutdownEnd(wake.event) ? [wake.event] : [],
    );
    return events.length > 0 ? events : [{ type: "ticked" }];
  }

  #abortWhenGraceIsOver(): void {
    const stopping = this.#stopping;
    if (stopping === undefined || stopping.aborted || this.#now() < stopping.abortAt) return;
    stopping.aborted = true;
    this.#unbegun.push(...this.#work.abortAll("shutdown"));
  }

  #stopDeadline(): number {
    if (this.#stopping === undefined) return Number.POSITIVE_INFINITY;
    return this.#stopping.abortAt + (this.#stopping.aborted ? abortPatienceMs : 0);
  }

  /** The end of an attempt that a shutdown aborted says nothing about the step: it runs again elsewhere. */
  #isShutdownEnd(event: EngineEvent): boolean {
    return (
      this.#stopping?.aborted === true && event.type === "attemptEnded" && event.outcome.type === "cancelled"
    );
  }

  #mayHold(decision: Decision): boolean {
    if (!this.#writer.isFresh || this.#stopping !== undefined) return false;
    const { opened, context, ports } = this.#options;
    return mayBeHeld(decision, { opened, context, quickActions: ports.quickActions });
  }

  #mayYield(): boolean {
    if (this.#stopping === undefined) return false;
    return this.#work.size === 0 || (this.#stopping.aborted && this.#now() >= this.#stopDeadline());
  }

  #mayPark(decision: Decision): boolean {
    if (decision.localWork || this.#work.size > 0) return false;
    return decision.nextDeadlineAt === undefined || decision.nextDeadlineAt - this.#now() > shortWaitMs;
  }

  /** With a request to cancel among what was `heard`, nothing begins before the next decision has said what it stops. */
  #perform(decision: Decision, heard: readonly EngineEvent[] = []): void {
    for (const command of decision.commands) {
      if (!isLocal(command)) continue;
      // While stopping, what would begin stays in the state: the next owner asks for it again.
      if (this.#stopping !== undefined && command.type !== "abortAttempt") this.#unbegun.push(command);
      else this.#work.add(command);
    }
    if (heard.some(({ type }) => type === "cancelRequested")) this.#work.pause();
    else this.#work.begin();
  }

  /** Attempts of actions that are open and were never begun here, those of this decision included. */
  #returnAttempts({ commands }: Decision): readonly EngineEvent[] {
    const unbegun = [...this.#unbegun.splice(0), ...commands];
    return unbegun.flatMap((command): readonly EngineEvent[] => {
      if (command.type !== "runAction") return [];
      const { address, attempt } = command;
      return [{ type: "attemptReturned", address, attempt }];
    });
  }

  #env(): DecideEnv {
    const { opened, secrets } = this.#options;
    const { run } = opened;
    return {
      now: this.#now(),
      run,
      ...(secrets === undefined ? {} : { secrets }),
      injected: this.#options.injected,
      childId: (place) => childRunId(run.id, place),
    };
  }
}
