/**
 * Two decisions of a run, one made on the other, as one to be committed: what is stored afterwards is the same as after a
 * commit for each. What says how things are now is the later one's; what says what happened is both, in order. Pure.
 */
import type { Decision } from "@runfleet/engine";
import { attemptKey, type PartChanges, type StepRecord, type Usage, usageNames } from "@runfleet/model";

export function joinDecisions(first: Decision, second: Decision): Decision {
  const { usage: _, ...later } = second;
  const usage = bothUsages(first.usage, second.usage);
  const closed = new Set(second.gatesClosed);
  return {
    ...later,
    commands: [...first.commands, ...second.commands],
    facts: [...first.facts, ...second.facts],
    steps: latestOf([...first.steps, ...second.steps]),
    parts: bothChanges(first.parts, second.parts),
    gatesOpened: [...first.gatesOpened.filter(({ address }) => !closed.has(address)), ...second.gatesOpened],
    gatesClosed: [...new Set([...first.gatesClosed, ...second.gatesClosed])],
    ...(usage === undefined ? {} : { usage }),
  };
}

function bothChanges(first: PartChanges, second: PartChanges): PartChanges {
  const set = { ...first.set, ...second.set };
  for (const name of second.remove) delete set[name];
  const remove = [...new Set([...first.remove, ...second.remove])].filter(
    (name) => !Object.hasOwn(set, name),
  );
  return { set, remove };
}

/** The latest record of each attempt. */
function latestOf(steps: readonly StepRecord[]): StepRecord[] {
  return [...new Map(steps.map((step) => [attemptKey(step.address, step.attempt), step])).values()];
}

function bothUsages(first: Usage | undefined, second: Usage | undefined): Usage | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const sum: Usage = { ...first };
  for (const name of usageNames) {
    if (second[name] !== undefined) sum[name] = (sum[name] ?? 0) + second[name];
  }
  return sum;
}
