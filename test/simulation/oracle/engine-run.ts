/**
 * The engine under the same answers as the oracle: one worker that never dies, one event per decision, the clock
 * going from answer to deadline. The account of it is in the oracle's words.
 */
import { compile, type DecideEnv, type Decision, decide, newState } from "@runfleet/engine";
import type { Command, EngineEvent, Fact, KeptStep, OpenGate, RunState, StepRecord } from "@runfleet/model";
import { attemptKey, doubtGateType } from "@runfleet/model";
import { start } from "../../support/engine/world.js";
import { type Account, askedLine, recordLine, stable, timelineLine } from "./lines.js";
import { rememberedLines } from "./memory.js";
import type { Program } from "./programs.js";

interface Later {
  readonly at: number;
  readonly event: EngineEvent;
}

export interface EngineRun {
  readonly account: Account;
  readonly facts: readonly Fact[];
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly commands: readonly Command[];
  readonly decision: Decision;
}

/** More decisions than any of the programs needs. */
const decisionsMax = 5_000;

/** How the engine is run when it is not only compared. */
export interface EngineRunOptions {
  /** Makes each decision instead of the engine alone, and may look at it. */
  readonly decide?: typeof decide;
  /** How often an operator retries the run when it has failed. */
  readonly retries?: number;
  /** What the run does not execute, as a fork of another one. */
  readonly kept?: Readonly<Record<string, KeptStep>>;
}

export function runEngine(program: Program, options: EngineRunOptions = {}): EngineRun {
  const { decide: decideWith = decide, retries = 0, kept } = options;
  const { run, definition, answers, injected, secrets } = program;
  const plan = compile(definition);
  const schedule: Later[] = [];
  const counts = new Map<string, number>();
  const facts: Fact[] = [];
  const commands: Command[] = [];
  const asked: string[] = [];
  const timeline: string[] = [];
  const steps = new Map<string, StepRecord>();
  let state = newState(run, start);
  let now = start;
  let decision: Decision | undefined;

  function later(afterMs: number, event: EngineEvent): void {
    const at = now + afterMs;
    const index = schedule.findIndex((other) => other.at > at);
    schedule.splice(index < 0 ? schedule.length : index, 0, { at, event });
  }

  function nth(key: string): number {
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count;
  }

  function attempt(address: string, number: number): void {
    const count = nth(`attempt ${address} ${number}`);
    const { afterMs, result: outcome } = answers.attempt(address, number, count);
    later(afterMs, { type: "attemptEnded", address, attempt: number, outcome });
  }

  function childEnds(childId: string, address: string, how: "natural" | "cancelled"): void {
    const { afterMs, stopsAfterMs, result } = answers.child(childId);
    const wait = how === "natural" ? afterMs : stopsAfterMs;
    if (wait === undefined) return;
    const ended = how === "natural" ? result : { ...result, status: how };
    later(wait, { type: "childFinished", at: now, childId, address, result: ended });
  }

  function perform(command: Command): void {
    commands.push(command);
    asked.push(askedLine(now, command));
    switch (command.type) {
      case "runAction":
      case "runScript":
        attempt(command.address, command.attempt);
        return;
      case "abortAttempt": {
        const count = counts.get(`attempt ${command.address} ${command.attempt}`) ?? 1;
        const { stopsAfterMs } = answers.attempt(command.address, command.attempt, count - 1);
        const { address, attempt: number } = command;
        const outcome = { type: "cancelled", reason: "told to", usage: { turns: 1 } } as const;
        if (stopsAfterMs !== undefined)
          later(stopsAfterMs, { type: "attemptEnded", address, attempt: number, outcome });
        return;
      }
      case "startChild":
        childEnds(command.childId, command.address, "natural");
        return;
      case "cancelChild":
        childEnds(command.childId, command.childId.slice(0, command.childId.indexOf(":")), "cancelled");
        return;
      case "pollGate": {
        const { address } = command;
        const { afterMs, ...polled } = answers.poll(address, nth(`poll ${address}`));
        later(afterMs, { type: "gatePolled", address, ...polled });
        return;
      }
      case "collectItems": {
        const { address } = command;
        const { afterMs, result } = answers.items(address);
        if ("error" in result) later(afterMs, { type: "itemsFailed", address, error: result.error });
        else later(afterMs, { type: "itemsCollected", address, ...result });
        return;
      }
      default:
        command satisfies never;
    }
  }

  function announce({ address, gateType }: OpenGate): void {
    const answer =
      gateType === doubtGateType
        ? answers.doubt(address, nth(`doubt ${address}`))
        : answers.person(address, nth(`person ${address}`));
    if (answer === undefined) return;
    const { afterMs, ...words } = answer;
    later(afterMs, { type: "gateAnswered", at: now, address, by: "ann", ...words });
  }

  function decideOn(event: EngineEvent): Decision {
    const env: DecideEnv = { now, run, injected, secrets, childId: childIdOf };
    const made = decideWith(plan, state, [event], env);
    state = made.state;
    facts.push(...made.facts);
    for (const fact of made.facts) {
      const line = timelineLine(now, fact);
      if (line !== undefined) timeline.push(line);
    }
    for (const step of made.steps) steps.set(attemptKey(step.address, step.attempt), step);
    for (const command of made.commands) perform(command);
    for (const gate of made.gatesOpened) announce(gate);
    return made;
  }

  const mayRetry = ({ status, state: { core } }: Decision) => status === "failed" && core.retries < retries;

  for (const { afterMs, ...signal } of answers.signals)
    later(afterMs, { type: "signalReceived", at: now, ...signal });
  if (answers.cancelAfterMs !== undefined) {
    later(answers.cancelAfterMs, { type: "cancelRequested", at: now, reason: "enough", by: "ann" });
  }
  decision = decideOn({ type: "started", at: now, ...(kept !== undefined && { kept }) });
  for (let count = 0; decision.ended === undefined || mayRetry(decision); count += 1) {
    if (decision.ended !== undefined) {
      decision = decideOn({ type: "retryRequested", at: now, by: "ann" });
      continue;
    }
    const next = schedule[0];
    const { nextDeadlineAt: deadline } = decision;
    const isDue: boolean = deadline !== undefined && (next === undefined || deadline < next.at);
    if (count > decisionsMax || (next === undefined && deadline === undefined))
      throw new Error("the run does not end");
    now = Math.max(now, (isDue ? deadline : next?.at) ?? now);
    if (!isDue) schedule.shift();
    decision = decideOn(isDue || next === undefined ? { type: "ticked" } : next.event);
  }
  const account: Account = {
    status: decision.status,
    endedAt: now,
    asked,
    timeline,
    records: [...steps.values()].map(recordLine),
    remembered: rememberedBy(state),
    handedOn: handedOnBy(decision),
  };
  return { account, facts, steps, commands, decision };
}

function childIdOf({ address, attempt, itemId = "" }: Parameters<DecideEnv["childId"]>[0]): string {
  return `${address}:${attempt}:${itemId}`;
}

function handedOnBy({ ended }: Decision): string {
  const { markers, context, output, results, contexts } = ended?.result ?? {};
  return stable({ markers, context, output, results, contexts });
}

function rememberedBy({ core, contexts, results, ends }: RunState): string[] {
  return rememberedLines({
    totals: core.totals,
    contexts: contexts.map(({ n: _n, bytes: _bytes, ...entry }) => entry),
    results: new Map(Object.entries(results)),
    ends: new Map(Object.entries(ends)),
    exports: core.exports,
    priorOutput: core.priorOutput,
    feedback: core.gateFeedback,
  });
}
