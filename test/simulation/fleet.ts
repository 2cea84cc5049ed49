/**
 * A fleet in memory, in one thread and with a clock of its own: a log that holds what was committed, an inbox, an
 * outbox, workers that die, people and child runs that answer late, twice or in another order. No other package than
 * the engine is involved; what the outside answers depends only on what was asked.
 */
import type { DecideEnv, Decision } from "@runfleet/engine";
import { compile, decide, decodeState, newState } from "@runfleet/engine";
import type {
  Command,
  Definition,
  EngineEvent,
  Fact,
  InboxEvent,
  LocalCommand,
  OutboxCommand,
  Outcome,
  RunInfo,
  StepRecord,
} from "@runfleet/model";
import { isEnded, zeroTotals } from "@runfleet/model";
import { expect } from "vitest";
import type { Random } from "../../packages/testing/src/simulated/random.js";
import { factLine, start } from "../support/engine/world.js";
import { answerTo, childStatusFor, markersFor, verdictFor } from "./answers.js";
import { createAttempts } from "./attempts.js";
import { createLog } from "./log.js";

export interface Faults {
  /** Chance that a worker dies before a commit, or after it and before its effects. */
  readonly crash: number;
  /** Chance that something from outside arrives twice. */
  readonly duplicate: number;
  /** Chance that a run that waits for nothing local is let go, and taken up again later. */
  readonly park: number;
  /** When somebody cancels, on the virtual clock; absent = never. */
  readonly cancelAfterMs?: number;
  /** How often an operator retries a failed run. */
  readonly retries: number;
}

export interface Simulation {
  readonly definition: Definition;
  readonly run: RunInfo;
  /** Decides about time and faults; the answers do not depend on it. */
  readonly random: Random;
  readonly faults: Faults;
  /** Hears of everything that a worker was asked to do, and when. */
  readonly asked?: (command: LocalCommand, at: number) => void;
}

export interface History {
  readonly status: string;
  readonly facts: readonly Fact[];
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly transcript: string;
  readonly crashes: number;
  readonly duplicates: number;
  /** Attempts that went on beside their successor since they did not stop in time. */
  readonly givenUp: number;
}

/** What happens later: something for the inbox, or an answer to the worker of one activation. */
interface Later {
  readonly at: number;
  readonly order: number;
  readonly event: EngineEvent;
  /** Absent = durable, through the inbox. */
  readonly generation?: number;
}

const movesMax = 20_000;

/** Runs one definition to its end. Throws when an invariant is broken. */
export function simulate(simulation: Simulation): History {
  const fleet = createFleet(simulation);
  const { faults } = simulation;
  fleet.later(0, { type: "started", at: start });
  if (faults.cancelAfterMs !== undefined) {
    fleet.later(faults.cancelAfterMs, { type: "cancelRequested", at: start, reason: "enough", by: "ann" });
  }
  for (let moves = 0; !fleet.isOver(); moves += 1) {
    expect(moves, "the run must end").toBeLessThan(movesMax);
    fleet.move();
  }
  return fleet.history();
}

function createFleet({ definition, run, random, faults, asked }: Simulation) {
  const plan = compile(definition);
  const log = createLog();
  const schedule: Later[] = [];
  const children = new Map<string, "running" | "ended">();
  let now = start;
  let order = 0;
  let generation = 0;
  /** Whether a worker holds the run now. */
  let active = false;
  let parked = false;
  let last: Decision | undefined;
  let retries = 0;
  let crashes = 0;
  let duplicates = 0;
  const attempts = createAttempts();

  const env = (): DecideEnv => ({
    now,
    run,
    childId: ({ address, attempt, itemId = "" }) => `${address}:${attempt}:${itemId}`,
  });

  function later(delayMs: number, event: EngineEvent, forGeneration?: number): void {
    order += 1;
    const base = { at: now + delayMs, order, event };
    schedule.push(forGeneration === undefined ? base : { ...base, generation: forGeneration });
  }

  /** Sends something durable, perhaps twice. */
  function laterOutside(delayMs: number, event: InboxEvent): void {
    later(delayMs, event);
    if (!random.chance(faults.duplicate)) return;
    duplicates += 1;
    later(delayMs + random.below(100_000), event);
  }

  function crash(): void {
    crashes += 1;
    active = false;
  }

  function activate(): void {
    generation += 1;
    attempts.forget();
    active = true;
    parked = false;
    perform([{ type: "activated", worker: `w${generation}`, generation }, ...log.takeUnread()]);
  }

  /** Decides, and makes the decision durable unless the worker dies first. */
  function perform(events: readonly EngineEvent[]): void {
    const state = log.isEmpty() ? newState(run, now) : decodeState(log.parts());
    const decision = decide(plan, state, events, env());
    if (random.chance(faults.crash)) {
      log.putBack();
      crash();
      return;
    }
    log.commit(decision);
    last = decision;
    const dies = random.chance(faults.crash);
    for (const command of decision.commands) {
      if (isOutbox(command)) fromOutbox(command);
      else if (!dies) locally(command);
    }
    for (const { address } of decision.gatesOpened) answerGate(address);
    if (dies) crash();
    if (isEnded(decision.status)) ended(decision);
  }

  function ended(decision: Decision): void {
    active = false;
    if (decision.status !== "failed" || retries >= faults.retries) return;
    retries += 1;
    later(random.below(50_000), { type: "retryRequested", at: now, by: "ann" });
  }

  function locally(command: LocalCommand): void {
    attempts.asked(command, now);
    asked?.(command, now);
    if (command.type === "abortAttempt") {
      if (random.chance(0.5)) return;
      const outcome: Outcome = { type: "cancelled", reason: command.reason };
      const { address, attempt } = command;
      later(random.below(9_000), { type: "attemptEnded", address, attempt, outcome }, generation);
      return;
    }
    later(random.below(40_000), answerTo(command), generation);
  }

  function fromOutbox(command: OutboxCommand): void {
    if (command.type === "cancelChild") {
      if (children.get(command.childId) === "running") endChild(command.childId, "cancelled");
      return;
    }
    if (children.has(command.childId)) return;
    children.set(command.childId, "running");
    endChild(command.childId, childStatusFor(command.childId), 1_000 + random.below(200_000));
  }

  function endChild(
    childId: string,
    status: "completed" | "failed" | "cancelled",
    delayMs = random.below(90_000),
  ): void {
    const address = childId.slice(0, childId.indexOf(":"));
    const result = {
      status,
      markers: markersFor(childId),
      context: childId,
      totals: zeroTotals(),
      results: {},
      contexts: [],
    };
    laterOutside(delayMs, { type: "childFinished", at: now, childId, address, result });
  }

  function answerGate(address: string): void {
    const verdict = verdictFor(address);
    laterOutside(random.below(300_000), { type: "gateAnswered", at: now, address, verdict, by: "bob" });
  }

  function move(): void {
    if (isIdle()) advance();
    else if (!active) activate();
    else perform(log.takeUnread());
  }

  /** Nothing to do before something happens; a parked run is taken up by what happens. */
  function isIdle(): boolean {
    return log.nothingUnread() && (active || parked || (last !== undefined && isEnded(last.status)));
  }

  /** Lets the next thing happen: the earliest of what is scheduled and the next deadline. */
  function advance(): void {
    schedule.sort((left, right) => left.at - right.at || left.order - right.order);
    const next = schedule[0];
    const deadline = last?.nextDeadlineAt;
    if (deadline !== undefined && (next === undefined || deadline <= next.at)) {
      now = Math.max(now, deadline);
      if (!active) activate();
      else perform([{ type: "ticked" }]);
      return;
    }
    if (next === undefined) {
      later(0, { type: "signalReceived", at: now, name: "signal" });
      return;
    }
    schedule.shift();
    now = Math.max(now, next.at);
    deliver(next);
    if (active && last?.localWork === false && log.nothingUnread() && random.chance(faults.park)) {
      active = false;
      parked = true;
    }
  }

  /** Answers for a worker that is gone reach nobody. */
  function deliver({ event, generation: meant }: Later): void {
    if (meant === generation && event.type === "attemptEnded") attempts.ended(event);
    if (meant === undefined) log.append(event as InboxEvent);
    else if (meant === generation && active) perform([event, ...log.takeUnread()]);
  }

  return {
    later,
    move,
    isOver: () =>
      last !== undefined &&
      isEnded(last.status) &&
      schedule.every(({ event }) => event.type !== "retryRequested") &&
      log.nothingUnread(),
    history: (): History => ({
      status: last?.status ?? "",
      facts: log.facts(),
      steps: log.steps(),
      transcript: log.facts().map(factLine).join("\n"),
      crashes,
      duplicates,
      givenUp: attempts.givenUp(),
    }),
  };
}

function isOutbox(command: Command): command is OutboxCommand {
  return command.type === "startChild" || command.type === "cancelChild";
}
