/**
 * Calls a generated Lua script: names to KEYS and ARGV, NOSCRIPT to one EVAL, broken Redis to `redis_unavailable`.
 * Knows no script and no key.
 */
import type { Redis } from "ioredis";
import { toRunfleetError } from "./redis-failure.js";

export type ScriptValue = string | number;

/** A generated script. Names ending in `[]` are lists: of keys the last ones, of values each after its length. */
export interface Script<Keys, Values, Tag extends string> {
  readonly name: string;
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly sha1: string;
  readonly source: string;
  /** Only types: what the names stand for. Never set. */
  readonly contract?: { readonly keys: Keys; readonly values: Values; readonly tag: Tag };
}

/** First word of the reply, and the rest as it came. */
export interface ScriptReply<Tag extends string> {
  readonly tag: Tag;
  readonly rest: readonly unknown[];
}

/** Runs one script in one round trip. Throws `redis_unavailable`, or `internal` when the script refuses its input. */
export async function runScript<Keys extends object, Values extends object, Tag extends string>(
  redis: Redis,
  script: Script<Keys, Values, Tag>,
  input: { readonly keys: Keys; readonly values: Values },
): Promise<ScriptReply<Tag>> {
  const keys = keysInOrder(script.keys, input.keys as Named);
  const values = valuesInOrder(script.values, input.values as Named);
  try {
    const [tag, ...rest] = await evaluate(redis, script, { keys, values });
    return { tag: tag as Tag, rest };
  } catch (error) {
    throw toRunfleetError(error, script.name);
  }
}

type Named = Readonly<Record<string, ScriptValue | readonly ScriptValue[]>>;

interface Ordered {
  readonly keys: readonly string[];
  readonly values: readonly ScriptValue[];
}

async function evaluate(
  redis: Redis,
  script: { readonly sha1: string; readonly source: string },
  { keys, values }: Ordered,
): Promise<unknown[]> {
  try {
    return (await redis.evalsha(script.sha1, keys.length, ...keys, ...values)) as unknown[];
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("NOSCRIPT"))) throw error;
    return (await redis.eval(script.source, keys.length, ...keys, ...values)) as unknown[];
  }
}

function keysInOrder(names: readonly string[], given: Named): string[] {
  const keys: string[] = [];
  for (const name of names) {
    if (name.endsWith("[]")) keys.push(...(given[name.slice(0, -2)] as readonly string[]));
    else keys.push(given[name] as string);
  }
  return keys;
}

function valuesInOrder(names: readonly string[], given: Named): ScriptValue[] {
  const ordered: ScriptValue[] = [];
  for (const name of names) {
    if (!name.endsWith("[]")) {
      ordered.push(given[name] as ScriptValue);
      continue;
    }
    const list = given[name.slice(0, -2)] as readonly ScriptValue[];
    ordered.push(list.length);
    for (const value of list) ordered.push(value);
  }
  return ordered;
}
