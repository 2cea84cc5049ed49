/**
 * What holds for every single decision of random programs, and for the history they leave: nothing is hidden in the
 * process, nothing happens twice, what is said to have changed has changed. Failed runs are retried, so the ways back
 * in are looked at as well.
 */
import type { EngineEvent, Fact, StepRecord, Totals, Usage } from "@runfleet/model";
import { addUsage, attemptKey, parentAddress, usageNames, zeroTotals } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { runEngine } from "../../../test/simulation/oracle/engine-run.js";
import { type Program, programOf } from "../../../test/simulation/oracle/programs.js";
import { type DecideEnv, type Decision, decide, decodeState, encodeState, type Plan } from "./index.js";
import { nodeAt } from "./plan.js";

/** Fewer when the comparison with the oracle is told to take fewer. */
const count = Math.min(100, Number(process.env["RUNFLEET_ORACLE_PROGRAMS"] ?? "10000") / 40);
const programs = Array.from({ length: count }, (_, index) => programOf(20_001 + index));

interface Made {
  readonly plan: Plan;
  readonly env: DecideEnv;
  readonly events: readonly EngineEvent[];
  /** Parts before and after. */
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  readonly decision: Decision;
}

/** Shows every decision of all programs. */
function everyDecision(look: (made: Made, program: Program) => void): void {
  for (const program of programs) {
    const looking: typeof decide = (plan, state, events, env) => {
      const before = encodeState(state);
      const decision = decide(plan, state, events, env);
      look({ plan, env, events, before, after: encodeState(decision.state), decision }, program);
      return decision;
    };
    runEngine(program, { decide: looking, retries: 1 });
  }
}

/** The decision once more, on a state read back from its parts. */
function decidedAgain({ plan, env, events }: Made, parts: Readonly<Record<string, string>>): Decision {
  return decide(plan, decodeState(parts), events, env);
}

/** Signals add up, and a run that failed again may be retried again; all else means nothing the second time. */
const addsUp: ReadonlySet<EngineEvent["type"]> = new Set(["signalReceived", "retryRequested"]);

describe("every decision", () => {
  test("is the same for the same state, and for that state written and read back", () => {
    everyDecision((made) => {
      const { state, ...again } = decidedAgain(made, made.before);
      const { state: _same, ...first } = made.decision;
      expect(again).toEqual(first);
      expect(encodeState(state)).toEqual(made.after);
    });
  });

  test("changes nothing when its event comes a second time, and says so", () => {
    let ignored = 0;
    everyDecision((made) => {
      if (made.events.some(({ type }) => addsUp.has(type))) return;
      const again = decidedAgain(made, made.after);
      expect(again).toMatchObject({ parts: { set: {}, remove: [] }, commands: [], steps: [] });
      expect(again.gatesClosed).toEqual([]);
      const isTick = made.events.every(({ type }) => type === "ticked");
      expect(again.facts.map(({ type }) => type)).toEqual(isTick ? [] : ["event.ignored"]);
      ignored += again.facts.length;
    });
    expect(ignored).toBeGreaterThan(programs.length);
  });

  test("reports the parts that changed, all of them, with what they hold now", () => {
    everyDecision(({ before, after, decision: { parts }, events }) => {
      const isFirst = events.some(({ type }) => type === "started");
      const { set, remove } = difference(isFirst ? {} : before, after);
      expect(parts.set).toMatchObject(set);
      expect(parts.remove.toSorted()).toEqual(remove.toSorted());
      const setAnew = Object.keys(parts.set).filter((name) => !(name in set));
      expect(setAnew.filter((name) => !mayBeSetAnew.test(name))).toEqual([]);
      for (const name of setAnew) expect(parts.set[name]).toBe(after[name]);
    });
  });

  test("leaves open frames that form a tree", () => {
    everyDecision(({ decision }) => {
      const frames = Object.keys(decision.state.frames);
      const parents = frames.map(parentAddress).filter((parent) => parent !== undefined);
      expect(frames).toEqual(expect.arrayContaining(parents));
      expect(decision.ended === undefined).toBe(frames.length > 0);
    });
  });

  test("keeps each foreach within its window", () => {
    let full = 0;
    everyDecision(({ decision, plan }) => {
      for (const [at, frame] of Object.entries(decision.state.frames)) {
        const node = nodeAt(plan, at);
        if (frame.kind !== "foreach" || node.kind !== "foreach") continue;
        const open = Object.keys(frame.open).length;
        const windowMax = Math.max(1, node.maxParallel);
        expect(open).toBeLessThanOrEqual(windowMax);
        if (open === windowMax) full += 1;
      }
    });
    expect(full).toBeGreaterThan(programs.length / 4);
  });

  test("adds to the totals what its event brought, unless it ignores it", () => {
    everyDecision(({ before, events: [event], decision }) => {
      const { totals } = decodeState(before).core;
      const isTaken = decision.facts.every(({ type }) => type !== "event.ignored");
      const brought = isTaken ? usageOf(event) : {};
      const { hasLlmMetrics: _flag, ...sums } = addUsage(totals, brought);
      expect(decision.totals).toMatchObject(sums);
    });
  });

  test("has what the run's own attempts used counted once, and nothing of its children", () => {
    const brought = new Map<Program, Totals>();
    const counted = new Map<Program, Totals>();
    const add = (sums: Map<Program, Totals>, program: Program, usage: Usage) =>
      sums.set(program, addUsage(sums.get(program) ?? zeroTotals(), usage));
    everyDecision(({ events: [event], decision }, program) => {
      const isTaken = decision.facts.every(({ type }) => type !== "event.ignored");
      if (event?.type === "attemptEnded" && isTaken) add(brought, program, event.outcome.usage ?? {});
      add(counted, program, decision.usage ?? {});
      if (decision.ended !== undefined) {
        expect(decision.state.core.uncounted).toBeUndefined();
        for (const name of usageNames)
          expect(counted.get(program)?.[name]).toBeCloseTo(brought.get(program)?.[name] ?? 0, 9);
      }
    });
    expect(brought.size).toBeGreaterThan(programs.length / 2);
  });

  test("waits for something unless the run has ended", () => {
    everyDecision(({ decision: { ended, localWork, blockedOn, nextDeadlineAt } }) => {
      if (ended === undefined)
        expect(localWork || blockedOn.length > 0 || nextDeadlineAt !== undefined).toBe(true);
      else expect({ localWork, blockedOn, nextDeadlineAt }).toEqual({ localWork: false, blockedOn: [] });
    });
  });
});

describe("the history of a run", () => {
  const runs = programs.map((program) => ({ program, run: runEngine(program, { retries: 1 }) }));

  test("folds to the state people see: the status of each attempt, of the run, and the totals", () => {
    for (const { run } of runs) {
      const { facts, steps, decision } = run;
      expect(foldedSteps(facts)).toEqual(statusesOf(steps));
      expect(foldedStatus(facts)).toBe(decision.status);
      const metrics = facts.findLast((fact) => fact.type === "metrics.updated");
      expect(metrics?.type === "metrics.updated" && metrics.totals).toEqual(decision.totals);
    }
  });

  test("has the always block once for each end of the body, and behind it", () => {
    let cleanups = 0;
    for (const { program, run } of runs) {
      const ends = run.facts.filter(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type)).length;
      const opened = run.facts
        .flatMap((fact) => ("address" in fact ? [fact.address] : []))
        .map((at) => at.split(".")[0]);
      const blocks = new Set(opened.filter((root) => root?.startsWith("a")));
      expect(blocks.size).toBe(program.definition.always.length === 0 ? 0 : ends);
      cleanups += blocks.size;
      expect(opened.join(" ")).toMatch(/^(b ?)*(a ?)*(b ?)*(a@1 ?)*$/);
    }
    expect(cleanups).toBeGreaterThan(runs.length / 2);
  });

  test("starts each attempt once", () => {
    for (const { run } of runs) {
      const starts = run.facts.flatMap((fact) =>
        fact.type === "step.started" ? [attemptKey(fact.address, fact.attempt)] : [],
      );
      expect(new Set(starts).size).toBe(starts.length);
    }
  });
});

/** A step may end as it ended before, use nothing, and fail again where the run had failed. */
const mayBeSetAnew = /^(core|retry|r:.*)$/;

function difference(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) {
  const set = Object.fromEntries(Object.entries(after).filter(([name, text]) => before[name] !== text));
  return { set, remove: Object.keys(before).filter((name) => !(name in after)) };
}

function usageOf(event: EngineEvent | undefined) {
  if (event?.type === "attemptEnded") return event.outcome.usage ?? {};
  return event?.type === "childFinished" ? event.result.totals : {};
}

function statusesOf(steps: ReadonlyMap<string, StepRecord>): Record<string, string> {
  return Object.fromEntries([...steps].map(([key, { status }]) => [key, status]));
}

/** Facts about an attempt that leave its status to a later one. */
const passing: ReadonlySet<string> = new Set(["step.retrying", "step.in_doubt"]);

/** How each attempt stands after its facts; an end is an end, whatever is said of the step later. */
function foldedSteps(facts: readonly Fact[]): Record<string, string> {
  const statuses: Record<string, string> = {};
  for (const fact of facts) {
    if (!fact.type.startsWith("step.") || !("attempt" in fact) || passing.has(fact.type)) continue;
    const key = attemptKey(fact.address, fact.attempt);
    const status = fact.type.slice("step.".length);
    if (status === "started" || statuses[key] === "started" || statuses[key] === undefined)
      statuses[key] = status;
  }
  return statuses;
}

function foldedStatus(facts: readonly Fact[]): string | undefined {
  return facts
    .findLast(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type))
    ?.type.slice("run.".length);
}
