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
  const args: [number, ...ScriptValue[]] = [0];
  addKeys(args, script.keys, input.keys as Named);
  args[0] = args.length - 1;
  addValues(args, script.values, input.values as Named);
  try {
    const [tag, ...rest] = await evaluate(redis, script, args);
    return { tag: tag as Tag, rest };
  } catch (error) {
    throw toRunfleetError(error, script.name);
  }
}

type Named = Readonly<Record<string, ScriptValue | readonly ScriptValue[]>>;

/** `args`: number of keys, keys, values; one list, since each that is made on the way is as long as it. */
async function evaluate(
  redis: Redis,
  script: { readonly sha1: string; readonly source: string },
  args: readonly [number, ...ScriptValue[]],
): Promise<unknown[]> {
  try {
    return (await redis.evalsha(script.sha1, ...args)) as unknown[];
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("NOSCRIPT"))) throw error;
    return (await redis.eval(script.source, ...args)) as unknown[];
  }
}

function addKeys(args: ScriptValue[], names: readonly string[], given: Named): void {
  for (const { name, isList } of contractOf(names)) {
    if (isList) args.push(...(given[name] as readonly string[]));
    else args.push(given[name] as string);
  }
}

function addValues(args: ScriptValue[], names: readonly string[], given: Named): void {
  for (const { name, isList } of contractOf(names)) {
    if (!isList) {
      args.push(given[name] as ScriptValue);
      continue;
    }
    const list = given[name] as readonly ScriptValue[];
    args.push(list.length);
    for (const value of list) args.push(value);
  }
}

interface ContractName {
  readonly name: string;
  readonly isList: boolean;
}

/** Taken apart once per script. */
const contracts = new WeakMap<readonly string[], readonly ContractName[]>();

function contractOf(names: readonly string[]): readonly ContractName[] {
  const known = contracts.get(names);
  if (known !== undefined) return known;
  const contract = names.map((name) => {
    const isList = name.endsWith("[]");
    return { name: isList ? name.slice(0, -2) : name, isList };
  });
  contracts.set(names, contract);
  return contract;
}
