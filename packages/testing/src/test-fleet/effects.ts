/**
 * What actions do outside, as a fleet in memory sees it: the other side of every `effect()`. It knows keys, as a service
 * does that takes an idempotency key, and finds what must not happen: one effect of one step twice, one key for two things.
 */
import { isDeepStrictEqual } from "node:util";

/** Something that has happened outside. */
export interface RecordedEffect {
  readonly name: string;
  /** What it was about: an amount, an address. */
  readonly about?: unknown;
  /** Under which it happens once, however often it is asked for. */
  readonly key?: string;
  readonly runId: string;
  readonly workflow: string;
  readonly action: string;
  readonly address: string;
  readonly attempt: number;
  readonly worker: string;
  /** Epoch ms. */
  readonly at: number;
}

export interface AskedEffect extends RecordedEffect {
  /** Which effect of this name it is in its attempt, from 1. */
  readonly ordinal: number;
  readonly result: unknown;
}

export interface Effects {
  /** What happened, in order; what was asked for again under its key is not there twice. */
  readonly happened: readonly RecordedEffect[];
  /** What must not have happened, for people. */
  readonly violations: readonly string[];
  /** Answers the result of the effect: of the first one with this key. */
  ask(effect: AskedEffect): unknown;
}

export function createEffects(note: (line: string) => void): Effects {
  const happened: RecordedEffect[] = [];
  const violations: string[] = [];
  const byKey = new Map<string, AskedEffect>();
  const byPlace = new Map<string, AskedEffect>();

  const wrong = (what: string): void => {
    note(`WRONG ${what}`);
    violations.push(what);
  };

  return {
    happened,
    violations,
    ask(effect) {
      const { name, key } = effect;
      const known = key === undefined ? undefined : byKey.get(`${name} ${key}`);
      if (known !== undefined) {
        const problem = misuse(known, effect);
        if (problem !== undefined) wrong(problem);
        note(`effect "${name}" is asked for again under its key`);
        return known.result;
      }
      if (key !== undefined) byKey.set(`${name} ${key}`, effect);
      note(`effect "${name}" of ${placeOf(effect)}, attempt ${effect.attempt}, by ${effect.worker}`);
      const { ordinal: _ordinal, result, ...kept } = effect;
      happened.push(kept);
      const place = `${placeOf(effect)} ${name} ${effect.ordinal}`;
      const before = byPlace.get(place);
      byPlace.set(place, effect);
      if (before !== undefined) wrong(twice(before, effect));
      return result;
    },
  };
}

function placeOf({ action, address, runId }: RecordedEffect): string {
  return `${action} (${address}) of run ${runId}`;
}

function twice(before: AskedEffect, effect: AskedEffect): string {
  const both = `by ${before.worker} in attempt ${before.attempt}, and by ${effect.worker} in attempt ${effect.attempt}`;
  return `the effect "${effect.name}" of step ${placeOf(effect)} happened twice: ${both}${keysOf(before, effect)}. A step may be executed again when its worker dies: hand idempotencyKey to the other side, or give the action effect: "at-most-once"`;
}

function keysOf(before: AskedEffect, effect: AskedEffect): string {
  if (effect.key === undefined) return ", without a key";
  return `, under the keys ${JSON.stringify(before.key)} and ${JSON.stringify(effect.key)}`;
}

function misuse(known: AskedEffect, effect: AskedEffect): string | undefined {
  const key = JSON.stringify(effect.key);
  if (placeOf(known) !== placeOf(effect)) {
    return `the effect "${effect.name}" of step ${placeOf(effect)} never happened: its key ${key} is the key of step ${placeOf(known)}`;
  }
  if (isDeepStrictEqual(known.about, effect.about)) return undefined;
  return `the effect "${effect.name}" of step ${placeOf(effect)} was asked for twice under the key ${key}, about ${JSON.stringify(known.about)} and about ${JSON.stringify(effect.about)}`;
}
