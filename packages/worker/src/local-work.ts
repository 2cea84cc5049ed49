/**
 * The local work of one activation: attempts, item collections and polls that run in this process right now.
 * Starts them, aborts them, and hands each end to the activation as an event. Decides nothing.
 *
 *   added → begun → ended
 *   added → (aborted, or the activation stops) → never begun
 */
import type {
  AbortAttempt,
  Address,
  Command,
  LocalCommand,
  OutboxCommand,
  RunfleetError,
  WorkerEvent,
} from "@runfleet/model";
import { attemptKey } from "@runfleet/model";
import type { StepTrace } from "@runfleet/tracing";
import { watchEscapes } from "./escaped-errors.js";
import { failedOutcome, failureOf } from "./outcomes.js";
import { collectItems } from "./perform/collect-items.js";
import type { PerformContext } from "./perform/context.js";
import { pollGate } from "./perform/poll-gate.js";
import { runAction } from "./perform/run-action.js";
import { runScript } from "./perform/run-script.js";
import { bothLogs, keptLog } from "./perform/step-log.js";
import type { QuickActions } from "./quick-actions.js";
import { redactEvent } from "./redact-event.js";
import { withFields } from "./worker-log.js";

/** Work that begins here; an abort only ends some. */
export type StartableCommand = Exclude<LocalCommand, AbortAttempt>;
type Perform<C> = (command: C, context: PerformContext, signal: AbortSignal) => Promise<WorkerEvent>;

const performers: {
  readonly [T in StartableCommand["type"]]: Perform<Extract<StartableCommand, { type: T }>>;
} = {
  runAction: (command, context, signal) =>
    runAction(command, context, signal).then((outcome) => attemptEnded(command, outcome)),
  runScript: (command, context, signal) =>
    runScript(command, context, signal).then((outcome) => attemptEnded(command, outcome)),
  collectItems,
  pollGate,
};

/** Sees each piece of work that takes the machine's time; `what` names it for people. */
export type WorkWatch = (work: Promise<unknown>, what: string) => void;

export interface LocalWork {
  /** Puts it in line, or aborts what it names at once. */
  add(command: LocalCommand): void;
  /** Begins as many of those in line as may run at once, and from now on each one when another ends. */
  begin(): void;
  /** Until the next `begin`, nothing begins. */
  pause(): void;
  /** Aborts what runs and forgets what has not begun, which it answers. */
  abortAll(reason: string): readonly StartableCommand[];
  /** Pieces of work that have not ended. */
  readonly size: number;
}

export function createLocalWork(options: {
  context: PerformContext;
  /** At most this many run at once; the others wait in order. */
  parallelMax: number;
  /** Told how long attempts of actions take. */
  quickActions: Pick<QuickActions, "took">;
  onEnded: (event: WorkerEvent) => void;
  watchWork?: WorkWatch | undefined;
}): LocalWork {
  const running = new Map<string, AbortController>();
  const waiting: { key: string; command: StartableCommand }[] = [];
  let isPaused = false;

  const beginWaiting = (): void => {
    while (!isPaused && running.size < options.parallelMax) {
      const next = waiting.shift();
      if (next === undefined) return;
      begin(next.key, next.command);
    }
  };

  const begin = (key: string, command: StartableCommand): void => {
    const controller = new AbortController();
    const { clock } = options.context;
    const begunAt = clock.monotonic();
    running.set(key, controller);
    const work = perform(command, options.context, controller);
    options.watchWork?.(work, `${command.type} ${command.address} of run ${options.context.run.id}`);
    void work.then((event) => {
      running.delete(key);
      if (command.type === "runAction")
        options.quickActions.took(command.action, clock.monotonic() - begunAt);
      beginWaiting();
      options.onEnded(event);
    });
  };

  const abort = (command: AbortAttempt): void => {
    const key = attemptKey(command.address, command.attempt);
    (running.get(key) ?? running.get(command.address))?.abort(command.reason);
    const index = waiting.findIndex((entry) => entry.key === key);
    if (index < 0) return;
    waiting.splice(index, 1);
    options.onEnded({ ...ended(command), outcome: { type: "cancelled", reason: command.reason } });
  };

  return {
    add(command) {
      if (command.type === "abortAttempt") abort(command);
      else waiting.push({ key: keyOf(command), command });
    },
    begin() {
      isPaused = false;
      beginWaiting();
    },
    pause() {
      isPaused = true;
    },
    abortAll(reason) {
      const unbegun = waiting.splice(0).map(({ command }) => command);
      for (const controller of running.values()) controller.abort(reason);
      return unbegun;
    },
    get size() {
      return running.size + waiting.length;
    },
  };
}

function perform(
  command: StartableCommand,
  context: PerformContext,
  controller: AbortController,
): Promise<WorkerEvent> {
  if (context.spans === undefined) return performed(command, context, controller);
  return context.spans.perform(command, (step) =>
    performed(command, tracedContext(context, step), controller),
  );
}

async function performed(
  command: StartableCommand,
  activation: PerformContext,
  controller: AbortController,
): Promise<WorkerEvent> {
  const performer = performers[command.type] as Perform<StartableCommand>;
  const attempt = "attempt" in command ? { attempt: command.attempt } : {};
  const step = { address: command.address, ...attempt };
  const place = { runId: activation.run.id, ...step };
  const { redactor, unreadable } = activation;
  const ownLog = withFields(activation.log, step);
  const runsLog = redactor.log(keptLog(command, activation.runLog));
  const context = { ...activation, log: bothLogs(ownLog, runsLog) };
  if (unreadable !== undefined) return unperformed(command, unreadable);
  ownLog.debug("began", { type: command.type });
  try {
    const work = (): Promise<WorkerEvent> => performer(command, context, controller.signal);
    const event = redactEvent(await watchEscapes(place, work, redactor.text), redactor);
    ownLog.debug("ended", "outcome" in event ? { outcome: event.outcome.type } : {});
    return event;
  } catch (error) {
    // What goes on of it has lost its say.
    controller.abort("an error escaped");
    return redactEvent(broken(command, error), redactor);
  }
}

function tracedContext(context: PerformContext, step: StepTrace | undefined): PerformContext {
  if (step === undefined) return context;
  return { ...context, traceHeaders: step.headers, log: withFields(context.log, step.logFields) };
}

/** Nothing was begun. A gate stays open and says why; a step fails and can be retried. */
function unperformed(command: StartableCommand, error: RunfleetError): WorkerEvent {
  const event = broken(command, error);
  if (event.type === "gatePolled") return { ...event, problem: error.message };
  if (event.type !== "attemptEnded" || event.outcome.type !== "failed") return event;
  return { ...event, outcome: { ...event.outcome, noEffect: true } };
}

/** Performers answer with data; what they throw is a defect of theirs or escaped them, and must not lose the work or us. */
function broken(command: StartableCommand, error: unknown): WorkerEvent {
  switch (command.type) {
    case "runAction":
    case "runScript":
      return attemptEnded(command, failedOutcome(error));
    case "collectItems":
      return { type: "itemsFailed", address: command.address, error: failureOf(error) };
    case "pollGate":
      return { type: "gatePolled", address: command.address, verdict: "pending" };
    default:
      return command satisfies never;
  }
}

function keyOf(command: StartableCommand): string {
  return "attempt" in command ? attemptKey(command.address, command.attempt) : command.address;
}

function ended(command: { address: Address; attempt: number }) {
  return { type: "attemptEnded", address: command.address, attempt: command.attempt } as const;
}

function attemptEnded(
  command: { address: Address; attempt: number },
  outcome: Extract<WorkerEvent, { type: "attemptEnded" }>["outcome"],
): WorkerEvent {
  const { address, attempt } = command;
  return { type: "attemptEnded", address, attempt, outcome };
}

/** True for commands that this worker performs itself. */
export function isLocal(command: Command): command is LocalCommand {
  return command.type in performers || command.type === "abortAttempt";
}

/** True for commands that leave through the outbox. */
export function isOutbox(command: Command): command is OutboxCommand {
  return !isLocal(command);
}
