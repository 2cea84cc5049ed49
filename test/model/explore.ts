/**
 * Explores a transition system completely, breadth first, so that the first trace to a broken rule is a shortest one.
 * Three things are judged: rules about every state, rules about every step, and whether an end can still be reached from
 * every state without one more fault. Knows nothing of runs; a system too large for the bound is an error, not a pass.
 */

/** One thing that one actor may do in a state. */
export interface Step<S> {
  readonly actor: string;
  /** In words, for a trace: what the actor does. */
  readonly does: string;
  /** A fault may happen and must be survived; nothing may depend on it happening. */
  readonly isFault: boolean;
  readonly to: S;
}

export interface System<S> {
  readonly initial: S;
  readonly stepsFrom: (state: S) => readonly Step<S>[];
  /** Equal for states that differ in nothing that matters for what can happen. */
  readonly key: (state: S) => string;
  readonly hasEnded: (state: S) => boolean;
  readonly always: readonly { readonly says: string; readonly holds: (state: S) => boolean }[];
  readonly everyStep: readonly {
    readonly says: string;
    readonly holds: (before: S, step: Step<S>) => boolean;
  }[];
}

export interface Breach {
  /** The rule that does not hold. */
  readonly says: string;
  /** The shortest way there, one line per step. */
  readonly trace: readonly string[];
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** Steps to the state farthest from the first. */
  readonly depth: number;
  readonly breach: Breach | undefined;
}

/** What no system may do, besides its own rules. */
export const canAlwaysEnd = "from every state the end can be reached without another fault";

interface Found<S> {
  readonly state: S;
  readonly from: number;
  readonly line: string;
  readonly depth: number;
}

interface Graph<S> {
  readonly found: Found<S>[];
  readonly indexes: Map<string, number>;
  /** Steps that are no faults, as pairs: from, to. */
  readonly ways: number[];
  transitions: number;
}

/** Throws when there are more states than `statesMax`: half an exploration proves nothing. */
export function explore<S>(system: System<S>, statesMax: number): Explored {
  const graph: Graph<S> = { found: [], indexes: new Map(), ways: [], transitions: 0 };
  place(graph, system, { state: system.initial, from: -1, line: "", depth: 0 });
  for (let index = 0; index < graph.found.length; index += 1) {
    if (graph.found.length > statesMax) throw new Error(`more than ${statesMax} states`);
    const broken = expand(graph, system, index);
    if (broken !== undefined) return summary(graph, broken);
  }
  const doomed = firstWithoutEnd(graph, system);
  return summary(graph, doomed === undefined ? undefined : breach(graph, canAlwaysEnd, doomed));
}

/** Judges one state and everything that can happen in it. */
function expand<S>(graph: Graph<S>, system: System<S>, index: number): Breach | undefined {
  const here = graph.found[index];
  if (here === undefined) return undefined;
  const { state, depth } = here;
  for (const rule of system.always) if (!rule.holds(state)) return breach(graph, rule.says, index);
  let isStuck = !system.hasEnded(state);
  for (const step of system.stepsFrom(state)) {
    const line = `${step.actor}: ${step.does}`;
    const next = { state: step.to, from: index, line, depth: depth + 1 };
    for (const rule of system.everyStep) {
      if (rule.holds(state, step)) continue;
      graph.found.push(next);
      return breach(graph, rule.says, graph.found.length - 1);
    }
    graph.transitions += 1;
    const target = place(graph, system, next);
    if (step.isFault) continue;
    isStuck = false;
    if (target !== index) graph.ways.push(index, target);
  }
  return isStuck ? breach(graph, canAlwaysEnd, index) : undefined;
}

/** Where the state lies; it is kept as it was found first, so that a trace speaks of the same actors throughout. */
function place<S>(graph: Graph<S>, system: System<S>, next: Found<S>): number {
  const key = system.key(next.state);
  const known = graph.indexes.get(key);
  if (known !== undefined) return known;
  graph.found.push(next);
  graph.indexes.set(key, graph.found.length - 1);
  return graph.found.length - 1;
}

/** Goes backward from every end; what is not met cannot end. */
function firstWithoutEnd<S>({ found, ways }: Graph<S>, system: System<S>): number | undefined {
  const { starts, sources } = waysInto(ways, found.length);
  const canEnd = new Uint8Array(found.length);
  const open: number[] = [];
  found.forEach(({ state }, index) => {
    if (!system.hasEnded(state)) return;
    canEnd[index] = 1;
    open.push(index);
  });
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    for (let at = starts[target] ?? 0; at < (starts[target + 1] ?? 0); at += 1) {
      const source = sources[at] ?? 0;
      if (canEnd[source] === 1) continue;
      canEnd[source] = 1;
      open.push(source);
    }
  }
  const doomed = canEnd.indexOf(0);
  return doomed === -1 ? undefined : doomed;
}

/** The sources of each target's ways, one after the other: `sources[starts[t]]` to `sources[starts[t + 1] - 1]`. */
function waysInto(ways: readonly number[], count: number): { starts: Uint32Array; sources: Uint32Array } {
  const starts = new Uint32Array(count + 1);
  for (let at = 1; at < ways.length; at += 2)
    starts[(ways[at] ?? 0) + 1] = (starts[(ways[at] ?? 0) + 1] ?? 0) + 1;
  for (let index = 0; index < count; index += 1)
    starts[index + 1] = (starts[index + 1] ?? 0) + (starts[index] ?? 0);
  const next = starts.slice();
  const sources = new Uint32Array(ways.length / 2);
  for (let at = 0; at < ways.length; at += 2) {
    const target = ways[at + 1] ?? 0;
    sources[next[target] ?? 0] = ways[at] ?? 0;
    next[target] = (next[target] ?? 0) + 1;
  }
  return { starts, sources };
}

function breach<S>({ found }: Graph<S>, says: string, index: number): Breach {
  const trace: string[] = [];
  for (let here = found[index]; here !== undefined && here.from >= 0; here = found[here.from])
    trace.unshift(here.line);
  return { says, trace };
}

function summary<S>({ found, transitions }: Graph<S>, broken: Breach | undefined): Explored {
  return { states: found.length, transitions, depth: found.at(-1)?.depth ?? 0, breach: broken };
}
