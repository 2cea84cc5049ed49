/**
 * A fork with nothing changed tells the same story as the run it was made from: whatever the program, from whichever
 * step, what the fork asks of the world is what the run asked from there on, and it ends as the run did.
 */
import { encodeState, newState } from "@runfleet/engine";
import type { ChildResult, KeptStep, StepRecord } from "@runfleet/model";
import { keptStep } from "@runfleet/model";
import { expect, test } from "vitest";
import { runInfo } from "../support/engine/world.js";
import { type EngineRun, runEngine } from "./oracle/engine-run.js";
import { askedLine } from "./oracle/lines.js";
import { type Program, programOf } from "./oracle/programs.js";

const programs = 500;

/** A program whose course does not depend on the time that has passed since its start. */
function timelessProgram(seed: number): Program {
  const { definition, run, answers, injected, secrets } = programOf(seed);
  const { timeoutMs: _own, ...body } = definition;
  const { timeoutMs: _limit, ...started } = run;
  const { cancelAfterMs: _cancel, ...calm } = answers;
  return { definition: body, run: started, answers: { ...calm, signals: [] }, injected, secrets };
}

/** The state of a child that hands on this result. */
function stateOf({ results, contexts }: ChildResult): Record<string, string> {
  const state = newState(runInfo(), 0);
  for (const [index, [name, result]] of Object.entries(results).entries())
    state.results[name] = { ...result, ordinal: index };
  state.contexts = contexts.map(({ output, ...entry }, n) => ({
    ...{ ...entry, n, iteration: 0, bytes: 1 },
    ...(output !== undefined && { output }),
  }));
  return encodeState(state);
}

function keptBefore(point: StepRecord, run: EngineRun, { answers }: Program): Record<string, KeptStep> {
  const kept: Record<string, KeptStep> = {};
  for (const step of run.steps.values()) {
    const found = step.ordinal < point.ordinal ? keptStep(step, "source") : undefined;
    if (found === undefined) continue;
    const completed = found.kind === "child" && found.status === "completed";
    const childState = completed ? stateOf(answers.child(step.childRunId ?? "").result) : undefined;
    kept[step.address] = { ...found, ...(childState !== undefined && { childState }) };
  }
  return kept;
}

/** Steps before which everything had ended: what runs beside a step may end in another order the second time. */
function pointsOf({ steps }: EngineRun): StepRecord[] {
  const all = [...steps.values()];
  const firsts = all.filter(({ address, attempt }) => attempt === 1 && address.startsWith("b"));
  return firsts.filter(({ ordinal, startedAt = 0 }) =>
    all.every((other) => other.ordinal >= ordinal || (other.endedAt ?? Infinity) <= startedAt),
  );
}

/** What was asked of the world for steps that a fork does not keep. */
function askedBeside(kept: Readonly<Record<string, KeptStep>>, { commands }: EngineRun): string[] {
  const others = commands.filter((command) => {
    const at =
      "address" in command ? command.address : command.childId.slice(0, command.childId.indexOf(":"));
    return !Object.hasOwn(kept, at);
  });
  return others.map((command) => askedLine(0, command));
}

/** What is remembered, without money: the fork has not spent what the run had before. */
const withoutTotals = (lines: readonly string[]) => lines.filter((line) => !line.startsWith("totals"));

function stories(run: EngineRun) {
  const { status, remembered, handedOn } = run.account;
  return { status, handedOn, remembered: withoutTotals(remembered) };
}

test("a fork with nothing changed asks what was asked from there on, and ends as the run did", {
  timeout: 120_000,
}, () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= programs; seed += 1) {
    const program = timelessProgram(seed);
    const run = runEngine(program);
    const points = pointsOf(run);
    const point = points[seed % Math.max(1, points.length)];
    if (point === undefined) continue;
    const kept = keptBefore(point, run, program);
    const fork = runEngine(program, { kept });
    const what = `program ${seed}, fork from ${point.address}`;
    expect(askedBeside({}, fork), what).toEqual(askedBeside(kept, run));
    expect(stories(fork), what).toEqual(stories(run));
    const begun = fork.facts.flatMap((fact) => (fact.type === "step.started" ? [fact.address] : []));
    expect(
      begun.filter((address) => address in kept),
      what,
    ).toEqual([]);
    for (const { kind, status } of Object.values(kept)) seen.add(`${kind} ${status}`);
  }
  const kinds = ["call", "script", "child", "gate", "sleep", "foreach"];
  expect(
    kinds.flatMap((kind) => [`${kind} completed`, `${kind} failed`]).filter((one) => !seen.has(one)),
  ).toEqual([]);
  expect(seen).toContain("call cancelled");
  expect(seen).toContain("gate timed_out");
});
