/**
 * The parts of a state: which part a piece of state lies in, and the way to text and back. One table from kind of
 * part to code; what a part means is said where the state is declared (`RunState`).
 */
import {
  type ContextEntry,
  type CoreState,
  type Frame,
  type ItemState,
  type RunState,
  type StepEnd,
  type StepResult,
  type Totals,
  zeroTotals,
} from "@runfleet/model";
import { coreFromRow, coreRow, frameFromRow, frameRow, trailFromRow, trailRow } from "./part-rows.js";
import { member, textRecord } from "./record.js";

/** Members of the core that are large or change seldom; each is a part of its own. */
const corePartNames = ["inputs", "exports", "prior", "signals", "retry"] as const;

export const partName = {
  core: "core",
  inputs: "inputs",
  exports: "exports",
  prior: "prior",
  signals: "signals",
  retry: "retry",
  frame: (address: string) => `f:${address}`,
  result: (key: string) => `r:${key}`,
  end: (name: string) => `e:${name}`,
  context: (n: number) => `c:${n}`,
  item: (key: string) => `i:${key}`,
} as const;

/** The whole state, part name → JSON text. */
export function encodeState(state: RunState): Record<string, string> {
  const names = [
    partName.core,
    ...corePartNames,
    ...Object.keys(state.frames).map(partName.frame),
    ...Object.keys(state.results).map(partName.result),
    ...Object.keys(state.ends).map(partName.end),
    ...state.contexts.map((entry) => partName.context(entry.n)),
    ...Object.keys(state.items).map(partName.item),
  ];
  const parts = textRecord<string>();
  for (const name of names) {
    const value = partValue(state, name);
    if (value !== undefined) parts[name] = JSON.stringify(value);
  }
  return parts;
}

/** The state from its parts, in whatever order they come. */
export function decodeState(parts: Readonly<Record<string, string>>): RunState {
  const frames = textRecord<Frame>();
  const results = textRecord<StepResult>();
  const ends = textRecord<StepEnd>();
  const items = textRecord<ItemState>();
  const contexts: ContextEntry[] = [];
  for (const [name, text] of Object.entries(parts).sort(([one], [other]) => (one < other ? -1 : 1))) {
    const key = name.slice(2);
    if (name.startsWith("f:")) frames[key] = frameFromRow(JSON.parse(text));
    else if (name.startsWith("r:")) results[key] = JSON.parse(text) as StepResult;
    else if (name.startsWith("e:")) ends[key] = JSON.parse(text) as StepEnd;
    else if (name.startsWith("i:")) items[key] = JSON.parse(text) as ItemState;
    else if (name.startsWith("c:")) contexts.push(JSON.parse(text) as ContextEntry);
  }
  contexts.sort((left, right) => left.n - right.n);
  return { core: decodeCore(parts), frames, results, ends, contexts, items };
}

function decodeCore(parts: Readonly<Record<string, string>>): CoreState {
  const read = (name: string): unknown => {
    const text = member(parts, name);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const core: CoreState = {
    totals: zeroTotals(),
    ...coreFromRow(read(partName.core)),
    inputs: textRecord((read(partName.inputs) ?? {}) as Record<string, string>),
    exports: textRecord((read(partName.exports) ?? {}) as Record<string, string>),
    signals: (read(partName.signals) ?? []) as CoreState["signals"],
  };
  const prior = read(partName.prior) as string | undefined;
  if (prior !== undefined) core.priorOutput = prior;
  const retry = read(partName.retry) as Parameters<typeof trailFromRow>[0] | undefined;
  if (retry !== undefined) core.retry = trailFromRow(retry);
  return core;
}

/** True when the part holds something now. */
export function hasPart(state: RunState, name: string): boolean {
  if (name === partName.core) return true;
  return name.startsWith("f:")
    ? Object.hasOwn(state.frames, name.slice(2))
    : partValue(state, name) !== undefined;
}

/** What a part holds now, or `undefined` when there is no such part. */
export function partValue(state: RunState, name: string): unknown {
  const key = name.slice(2);
  if (name.startsWith("f:")) return frameValue(member(state.frames, key));
  if (name.startsWith("r:")) return member(state.results, key);
  if (name.startsWith("e:")) return member(state.ends, key);
  if (name.startsWith("i:")) return member(state.items, key);
  if (name.startsWith("c:")) return contextNumbered(state, Number(key));
  return corePart(state.core, name);
}

function corePart(core: CoreState, name: string): unknown {
  const { inputs, exports, priorOutput, signals, retry } = core;
  switch (name) {
    case partName.inputs:
      return Object.keys(inputs).length > 0 ? inputs : undefined;
    case partName.exports:
      return Object.keys(exports).length > 0 ? exports : undefined;
    case partName.prior:
      return priorOutput;
    case partName.signals:
      return signals.length > 0 ? signals : undefined;
    case partName.retry:
      return retry === undefined ? undefined : trailRow(retry);
    default:
      return coreRow(isZero(core.totals) ? { ...core, totals: undefined } : core);
  }
}

function frameValue(frame: Frame | undefined): unknown {
  return frame === undefined ? undefined : frameRow(frame);
}

/** Most of the core's text, and most runs that wait have used nothing. */
function isZero(totals: Totals): boolean {
  return Object.values(totals).every((value) => !value);
}

/** Entries are numbered without gaps, so the number says where to look. */
function contextNumbered(state: RunState, n: number): ContextEntry | undefined {
  return state.contexts[n - (state.contexts[0]?.n ?? 0)];
}
