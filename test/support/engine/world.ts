/**
 * A scripted world around the engine: answers commands as the test says, keeps the facts as a readable transcript,
 * and moves the clock only when told. After every decision it stores the changed parts, checks that they are the
 * whole state, and goes on with a state read back from them, so each test is also one of encoding. Each event is
 * decided a second time as well, which must change nothing, and no step record changes after its end.
 */
import type { DecideEnv, Decision } from "@runfleet/engine";
import { compile, decide, decodeState, encodeState, newState } from "@runfleet/engine";
import type {
  ChildResult,
  Command,
  Definition,
  EngineEvent,
  Fact,
  Item,
  KeptStep,
  LocalCommand,
  Outcome,
  RunInfo,
  StepRecord,
} from "@runfleet/model";
import { agentKey, attemptKey, parentAddress, zeroTotals } from "@runfleet/model";
import { expect } from "vitest";

/** No answer comes; the test sends it itself. */
export const hangs = "hangs";
type Reply<T> = T | typeof hangs;

export interface Script {
  /** By step name, one per attempt; the last one repeats. Absent: succeeds without markers. */
  readonly steps?: Readonly<Record<string, readonly Reply<Outcome>[]>>;
  /** By workflow name or item id, one per child; the last one repeats. Absent: completes. */
  readonly children?: Readonly<Record<string, readonly Reply<ChildResult>[]>>;
  /** By foreach name. */
  readonly items?: Readonly<Record<string, readonly Item[]>>;
  readonly dependencies?: [string, string][];
  /** By gate name, one per poll; the last one repeats. Absent: pending. */
  readonly polls?: Readonly<Record<string, readonly Reply<"approved" | "rejected" | "pending">[]>>;
  readonly run?: Partial<RunInfo>;
  readonly env?: Pick<DecideEnv, "secrets" | "injected">;
}

export function ok(members: Partial<Extract<Outcome, { type: "succeeded" }>> = {}): Outcome {
  return { type: "succeeded", markers: [], context: "", ...members };
}

export function failed(
  message: string,
  members: Partial<Extract<Outcome, { type: "failed" }>> = {},
): Outcome {
  return { type: "failed", error: { code: "boom", message }, retryable: true, ...members };
}

export function childResult(members: Partial<ChildResult> = {}): ChildResult {
  return {
    status: "completed",
    markers: [],
    context: "",
    totals: zeroTotals(),
    results: {},
    contexts: [],
    ...members,
  };
}

export function item(id: string, context: Record<string, string> = {}): Item {
  return { id, ref: `ref-${id}`, context };
}

export const start = 1_000_000;

export function runInfo(members: Partial<RunInfo> = {}): RunInfo {
  return {
    id: "run",
    workflow: "flow",
    definitionHash: "hash",
    rootId: "run",
    depth: 0,
    inputs: {},
    dryRun: false,
    failFast: true,
    stepTimeoutMs: 43_200_000,
    pluginDirs: [],
    triggeredByHook: false,
    pool: "default",
    createdAt: start,
    ...members,
  };
}

/** A world in which the run has not started; `start()` does. */
export function createWorld(definition: Definition, answers: Script = {}) {
  const plan = compile(definition);
  const run = runInfo(answers.run);
  const used = new Map<string, number>();
  const facts: Fact[] = [];
  const commands: Command[] = [];
  const steps = new Map<string, StepRecord>();
  let parts: Record<string, string> = {};
  let now = start;
  let last: Decision | undefined;

  function next<T>(list: readonly T[] | undefined, key: string): T | undefined {
    const count = used.get(key) ?? 0;
    used.set(key, count + 1);
    return list?.[Math.min(count, list.length - 1)];
  }

  function decideOnce(events: readonly EngineEvent[]): Decision {
    const state = Object.keys(parts).length === 0 ? newState(run, now) : decodeState(parts);
    const childId = ({
      address,
      attempt,
      itemId = "",
    }: {
      address: string;
      attempt: number;
      itemId?: string;
    }) => `child:${address}:${attempt}:${itemId}`;
    const decision = decide(plan, state, events, { now, run, childId, ...answers.env });
    parts = applied(parts, decision);
    checkDecision(decision, parts);
    if (events.every(({ type }) => idempotent.has(type))) {
      checkRepeat(decide(plan, decodeState(parts), events, { now, run, childId, ...answers.env }));
    }
    facts.push(...decision.facts);
    commands.push(...decision.commands);
    for (const step of decision.steps) keepStep(steps, step);
    last = decision;
    return decision;
  }

  function answer(command: Command): EngineEvent | undefined {
    switch (command.type) {
      case "runAction":
      case "runScript":
      case "pollGate":
      case "collectItems":
        return localAnswer(command);
      case "startChild": {
        const itemId = command.inputs["item.id"];
        const key = itemId !== undefined && answers.children?.[itemId] ? itemId : command.workflow;
        const result = next(answers.children?.[key], `child ${key}`) ?? childResult();
        if (result === hangs) return undefined;
        return { type: "childFinished", at: now, childId: command.childId, address: command.address, result };
      }
      default:
        return undefined;
    }
  }

  function localAnswer(command: Exclude<LocalCommand, { type: "abortAttempt" }>): EngineEvent | undefined {
    const { address } = command;
    if (command.type === "collectItems") {
      const items = [...(answers.items?.[command.node.name] ?? [])];
      return { type: "itemsCollected", address, items, dependencies: answers.dependencies ?? [] };
    }
    if (command.type === "pollGate") {
      const verdict = next(answers.polls?.[command.node.name], `poll ${command.node.name}`) ?? "pending";
      return verdict === hangs ? undefined : { type: "gatePolled", address, verdict };
    }
    const name = command.type === "runAction" ? agentKey(command.node.agent) : command.node.name;
    const outcome = next(answers.steps?.[name], `step ${name}`) ?? ok();
    return outcome === hangs
      ? undefined
      : { type: "attemptEnded", address, attempt: command.attempt, outcome };
  }

  /** Decides, answers what is asked, one event per decision, until nobody has anything to say. */
  function send(...events: EngineEvent[]): Decision {
    let decision = decideOnce(events);
    const waiting = [...decision.commands];
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
      const event = answer(command);
      if (event === undefined) continue;
      decision = decideOnce([event]);
      waiting.push(...decision.commands);
    }
    return decision;
  }

  return {
    run,
    facts,
    commands,
    steps,
    send,
    decideOnce,
    /** `kept`: what a fork does not execute. */
    start: (kept?: Readonly<Record<string, KeptStep>>) =>
      send({ type: "started", at: now, ...(kept !== undefined && { kept }) }),
    /** Moves the clock and lets what is due happen. */
    advance(ms: number) {
      now += ms;
      return send({ type: "ticked" });
    },
    /** Moves the clock to the next deadline. */
    toDeadline() {
      now = Math.max(now, last?.nextDeadlineAt ?? now);
      return send({ type: "ticked" });
    },
    cancel: (reason = "enough") => send({ type: "cancelRequested", at: now, reason, by: "ann" }),
    approve: (address: string, more: { feedback?: string; selections?: string[] } = {}) =>
      send({ type: "gateAnswered", at: now, address, verdict: "approved", by: "ann", ...more }),
    reject: (address: string, feedback?: string) =>
      send({
        type: "gateAnswered",
        at: now,
        address,
        verdict: "rejected",
        by: "ann",
        ...(feedback !== undefined && { feedback }),
      }),
    attemptEnds: (address: string, attempt: number, outcome: Outcome) =>
      send({ type: "attemptEnded", address, attempt, outcome }),
    childEnds: (childId: string, address: string, result: ChildResult) =>
      send({ type: "childFinished", at: now, childId, address, result }),
    activate: (generation = 2) => send({ type: "activated", worker: "w", generation }),
    retry: () => send({ type: "retryRequested", at: now, by: "ann" }),
    signal: (name: string, data?: string) =>
      send({ type: "signalReceived", at: now, name, ...(data !== undefined && { data }) }),
    now: () => now,
    /** Moves the clock and tells nobody. */
    setNow(ms: number) {
      now = ms;
    },
    parts: () => parts,
    state: () => decodeState(parts),
    decision: () => last,
    /** The timeline, one fact a line; `from` skips what an earlier call has shown. */
    transcript: (from = 0) => facts.slice(from).map(factLine).join("\n"),
    /** Commands of one type. */
    asked: <T extends Command["type"]>(type: T) =>
      commands.filter((command): command is Extract<Command, { type: T }> => command.type === type),
    /** Records as `name#attempt status`. */
    stepLines: () => [...steps.values()].map(({ name, attempt, status }) => `${name}#${attempt} ${status}`),
  };
}

export function applied(parts: Readonly<Record<string, string>>, decision: Decision): Record<string, string> {
  const result = { ...parts, ...decision.parts.set };
  for (const name of decision.parts.remove) {
    expect(result, "a removed part must have been stored").toHaveProperty([name]);
    delete result[name];
  }
  return result;
}

/** The stored parts are the whole state, and open frames hang together. */
export function checkDecision(decision: Decision, parts: Readonly<Record<string, string>>): void {
  expect({ ...parts }).toEqual({ ...encodeState(decision.state) });
  for (const address of Object.keys(decision.state.frames)) {
    const parent = parentAddress(address);
    if (parent !== undefined) expect(Object.keys(decision.state.frames)).toContain(parent);
  }
  expect(decision.ended !== undefined).toBe(decision.state.core.phase === "ended");
}

/** Keeps a step record; one that has ended never changes again. */
export function keepStep(steps: Map<string, StepRecord>, step: StepRecord): void {
  const key = attemptKey(step.address, step.attempt);
  const before = steps.get(key);
  if (before !== undefined) expect(before.status, `${key} ended before`).toMatch(/^(running|waiting)$/);
  steps.set(key, step);
}

/** Signals add up and a retried run may fail again; every other event means nothing when it comes a second time. */
const idempotent: ReadonlySet<EngineEvent["type"]> = new Set([
  "started",
  "cancelRequested",
  "gateAnswered",
  "gatePolled",
  "childFinished",
  "attemptEnded",
  "itemsCollected",
  "itemsFailed",
  "ticked",
]);

function checkRepeat(again: Decision): void {
  expect(again.parts).toEqual({ set: {}, remove: [] });
  expect(again.commands).toEqual([]);
  expect(again.steps).toEqual([]);
  expect(again.facts.every(({ type }) => type === "event.ignored")).toBe(true);
}

/** `step.completed b.0 plan#1 markers=["ready"]`. */
export function factLine(fact: Fact): string {
  const { type, address, name, attempt, ...rest } = fact as Fact & {
    address?: string;
    name?: string;
    attempt?: number;
  };
  const who = name === undefined ? "" : ` ${name}${attempt === undefined ? "" : `#${attempt}`}`;
  const members = Object.entries(rest)
    .filter(([key]) => key !== "totals" && key !== "kind")
    .map(([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return `${type}${address === undefined ? "" : ` ${address}`}${who}${members.join("")}`;
}
