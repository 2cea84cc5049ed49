/**
 * What must hold whatever was done to the workers, as one table of checks over the evidence. Each answers sentences about
 * what is wrong. Pure, so that it can be shown that each check notices what it is for.
 */
import type { HistoryEvent } from "@runfleet/model";
import type { Evidence, RunEvidence } from "./evidence.js";
import { causeless, mayBeForgotten, mayFollowForgotten } from "./excuses.js";
import type { Effect } from "./ledger.js";
import { onceActions, tokenIn } from "./ledger.js";
import { asText, resultOf } from "./run-result.js";
import { napMs, scenarios } from "./scenarios.js";

type Check = (evidence: Evidence) => readonly string[];

/** What workers may know the time of Redis wrongly by: half a round trip on a machine that is busy. */
const clockErrorMs = 500;
/** One run: some for its waits and children, the rest for trouble. */
const activationsMax = 100;
/** One complaint of all workers together. Trouble is noticed by each run in hand, but not again and again. */
const complaintsMax = 5_000;
const endings: ReadonlySet<string> = new Set(["run.completed", "run.failed", "run.cancelled"]);

/** A result in a history with the token it was made under. */
interface CommittedResult {
  readonly key: string;
  readonly attempt: number;
  readonly token: number;
  /** Generation that owned the run when the result was recorded. */
  readonly generation: number | undefined;
}

export const invariants: Readonly<Record<string, Check>> = {
  "every run that was started is there": ({ started, runs, troubles }) => {
    const known = new Set(runs.map(({ document }) => document.id));
    return started
      .filter(({ id, at }) => !known.has(id) && !mayBeForgotten(at, troubles))
      .map(({ id }) => `${id} is gone`);
  },
  "every run ended as it should": ({ runs }) => runs.flatMap(wrongEnd),
  "every result is the one of a run that nobody disturbed": ({ runs }) => runs.flatMap(wrongResult),
  "children belong to their parents, one for each item": wrongChildren,
  "each result is recorded once": ({ runs }) => runs.flatMap(repeatedResults),
  "generations only grow": ({ runs }) => runs.flatMap(shrinkingGenerations),
  "no former owner recorded anything": ({ runs }) =>
    runs.flatMap(({ document, history }) =>
      committedResults(document.id, history)
        .filter(({ token, generation }) => token !== generation)
        .map(({ key, token, generation }) => `${key}: result of ${token} recorded under ${generation}`),
    ),
  "no wait is cut short": shortWaits,
  "every result had its effect, and the newest owner's counts": newestEffectCounts,
  "every effect belongs to a step that was started": effectsOfSteps,
  "no effect is repeated without a reason": (evidence) =>
    [...groupEffects(evidence.effects).values()].flatMap((group) => causeless(group, evidence)),
  "what takes effect at most once does": effectsAtMostOnce,
  "workers neither ended by themselves nor spun": ({ runs, unasked, logs }) => [
    ...unasked,
    ...runs.flatMap(restlessness),
    ...[...logs.complaints]
      .filter(([, times]) => times > complaintsMax)
      .map(([complaint, times]) => `said ${times} times: ${complaint}`),
  ],
  "nothing is left in Redis": ({ leftovers }) => leftovers,
};

/** What must hold → sentences about where it does not. */
export type Violations = ReadonlyMap<string, readonly string[]>;

export function findViolations(evidence: Evidence): Violations {
  return new Map(Object.entries(invariants).map(([name, check]) => [name, check(evidence)]));
}

function wrongEnd({ document, history }: RunEvidence): readonly string[] {
  const { id, workflow, status } = document;
  const scenario = scenarios[workflow];
  if (scenario === undefined) return [`${id} is a run of ${workflow}`];
  const count = (isMeant: (event: HistoryEvent) => boolean): number => history.filter(isMeant).length;
  const wrong: string[] = [];
  if (status !== scenario.status) wrong.push(`${id} of ${workflow} is ${status}, not ${scenario.status}`);
  const starts = count(({ type }) => type === "run.started");
  if (starts !== 1) wrong.push(`${id} of ${workflow} has started ${starts} times`);
  const ends = count(({ type }) => endings.has(type));
  if (ends !== 1) wrong.push(`${id} of ${workflow} has ended ${ends} times`);
  const completed = JSON.stringify(sorted(completions(history)));
  const expected = JSON.stringify(sorted(scenario.completions));
  if (completed !== expected) wrong.push(`${id} of ${workflow} completed ${completed}, not ${expected}`);
  return wrong;
}

function wrongResult({ document }: RunEvidence): readonly string[] {
  const expected = scenarios[document.workflow]?.result(document.inputs);
  if (expected === undefined) return [];
  const result = asText(resultOf(document));
  return result === asText(expected) ? [] : [`${document.id} of ${document.workflow} is ${result}`];
}

function wrongChildren({ runs }: Evidence): readonly string[] {
  const documents = new Map(runs.map(({ document }) => [document.id, document]));
  return runs.flatMap(({ document: { id, workflow, children } }) => {
    const inputs = children.map((child) => documents.get(child)?.inputs["n"] ?? "nothing").sort();
    const expected = scenarios[workflow]?.children ?? [];
    return inputs.join(" ") === expected.join(" ") ? [] : [`${id} of ${workflow} has children for ${inputs}`];
  });
}

function completions(history: readonly HistoryEvent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of effective(history)) {
    if (event.type !== "step.completed" || tokenOf(event) === undefined) continue;
    counts[event.name] = (counts[event.name] ?? 0) + 1;
  }
  return counts;
}

function sorted(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Each attempt ends once, and nothing is recorded about a step after it completed. */
function repeatedResults({ document, history }: RunEvidence): readonly string[] {
  const completed = new Set<string>();
  const failed = new Set<string>();
  const wrong: string[] = [];
  for (const event of history) {
    if (!("attempt" in event)) continue;
    const { type, address } = event;
    const attempt = attemptOf({ key: `${document.id}:${address}`, attempt: event.attempt });
    if (completed.has(address)) wrong.push(`${type} of ${attempt} after its step completed`);
    if (type === "step.completed") completed.add(address);
    if (failed.has(attempt)) wrong.push(`${type} of ${attempt} after it failed`);
    if (type === "step.failed") failed.add(attempt);
  }
  return wrong;
}

function shrinkingGenerations({ document, history }: RunEvidence): readonly string[] {
  const generations = history.flatMap((event) => (event.type === "lease.acquired" ? [event.generation] : []));
  return generations.flatMap((generation, index) => {
    const before = generations[index - 1] ?? 0;
    return generation > before ? [] : [`${document.id}: generation ${generation} after ${before}`];
  });
}

/** From the effect before the sleep to the end of the sleep as Redis saw it, whoever began and ended it. */
function shortWaits({ runs, effects }: Evidence): readonly string[] {
  return runs.flatMap(({ document: { id, workflow }, history }) => {
    if (workflow !== "asleep") return [];
    const ended = history.find((event) => event.type === "step.completed" && event.name === "nap");
    const before = history.find((event) => event.type === "step.completed" && event.name === "before");
    const worked = effects.find(
      ({ key, token }) => key.startsWith(`${id}:`) && token === (before && tokenOf(before)),
    );
    if (ended === undefined || worked === undefined) return [];
    const sleptMs = ended.at - worked.at;
    return sleptMs >= napMs - clockErrorMs ? [] : [`${id} of ${workflow} slept ${sleptMs} ms at most`];
  });
}

function restlessness({ document: { id, workflow }, history }: RunEvidence): readonly string[] {
  const times = history.filter(({ type }) => type === "lease.acquired").length;
  return times > activationsMax ? [`${id} of ${workflow} was activated ${times} times`] : [];
}

function committedResults(runId: string, history: readonly HistoryEvent[]): readonly CommittedResult[] {
  const results: CommittedResult[] = [];
  let generation: number | undefined;
  for (const event of effective(history)) {
    if (event.type === "lease.acquired") generation = event.generation;
    const token = tokenOf(event);
    if (token === undefined || !("attempt" in event)) continue;
    results.push({ key: `${runId}:${event.address}`, attempt: event.attempt, token, generation });
  }
  return results;
}

/** Without the steps that are child runs: their markers are those of a run with owners of its own. */
function effective(history: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const children = new Set(
    history.flatMap((event) =>
      event.type === "step.started" && event.kind === "child" ? [event.address] : [],
    ),
  );
  return history.filter((event) => !("address" in event) || !children.has(event.address));
}

function tokenOf(event: HistoryEvent): number | undefined {
  if (event.type === "step.completed") return tokenIn(event.markers.join(" "));
  return event.type === "step.failed" ? tokenIn(event.error.message) : undefined;
}

/** A later owner that repeats an attempt whose result is recorded would have a larger token than the result. */
function newestEffectCounts({ runs, effects, troubles }: Evidence): readonly string[] {
  const byAttempt = groupEffects(effects);
  return runs.flatMap(({ document, history }) =>
    committedResults(document.id, history).flatMap((result) => {
      const tokens = (byAttempt.get(attemptOf(result)) ?? []).map(({ token }) => token);
      if (!tokens.includes(result.token))
        return [`${attemptOf(result)} has a result of ${result.token} and no effect`];
      // An owner that a Redis has forgotten was none.
      const later = (byAttempt.get(attemptOf(result)) ?? []).filter(
        ({ token, at }) => token > result.token && !mayBeForgotten(at, troubles),
      );
      return later.map(
        ({ token }) => `${attemptOf(result)} has a result of ${result.token} and an effect of ${token}`,
      );
    }),
  );
}

function attemptOf({ key, attempt }: { readonly key: string; readonly attempt: number }): string {
  return `${key}#${attempt}`;
}

function effectsOfSteps({ runs, effects, troubles }: Evidence): readonly string[] {
  const started = new Set(
    runs.flatMap(({ document, history }) =>
      history.flatMap((event) =>
        event.type === "step.started"
          ? [attemptOf({ key: `${document.id}:${event.address}`, attempt: event.attempt })]
          : [],
      ),
    ),
  );
  return effects
    .filter((effect) => !started.has(attemptOf(effect)) && !mayFollowForgotten(effect.at, troubles))
    .map((effect) => `${attemptOf(effect)} was never started`);
}

/** Once for each that completed, too: whoever says that it is done must be right. */
function effectsAtMostOnce({ runs, effects, troubles }: Evidence): readonly string[] {
  return runs.flatMap(({ document, history }) =>
    history.flatMap((event) => {
      if (event.type !== "step.completed" || !onceActions.some((name) => name === event.name)) return [];
      const key = `${document.id}:${event.address}`;
      const its = effects.filter((effect) => effect.key === key);
      // A Redis that has forgotten that an attempt was begun has it begun again, and asks nobody.
      const isExcused = its.some(({ at }) => mayFollowForgotten(at, troubles));
      return its.length === 1 || (its.length > 1 && isExcused)
        ? []
        : [`${key} took effect ${its.length} times`];
    }),
  );
}

function groupEffects(effects: readonly Effect[]): Map<string, Effect[]> {
  const groups = new Map<string, Effect[]>();
  for (const effect of effects) {
    const group = groups.get(attemptOf(effect));
    if (group === undefined) groups.set(attemptOf(effect), [effect]);
    else group.push(effect);
  }
  return groups;
}
