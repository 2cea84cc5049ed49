/**
 * Calls a generated Lua script: names to KEYS and ARGV, NOSCRIPT to one EVAL, broken Redis to `redis_unavailable`.
 * Knows no script and no key.
 */
import type { Redis } from "ioredis";
import { toRunfleetError } from "./redis-failure.js";
import { bulkOf, type ScriptCall, ScriptCommand, type ScriptValue } from "./script-command.js";

export type { ScriptValue };

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
export function runScript<Keys extends object, Values extends object, Tag extends string>(
  redis: Redis,
  script: Script<Keys, Values, Tag>,
  input: { readonly keys: Keys; readonly values: Values },
): Promise<ScriptReply<Tag>> {
  const call = callOf(script, { keys: input.keys as Named, values: input.values as Named });
  // Chained and not awaited: a worker does this for every step of every run.
  return send(redis, call).then(toReply<Tag>, (error: unknown) =>
    sendText<Tag>(redis, { script, call, error }),
  );
}

function send(redis: Redis, call: ScriptCall): Promise<unknown> {
  return redis.sendCommand(new ScriptCommand(call)) as Promise<unknown>;
}

function toReply<Tag extends string>(reply: unknown): ScriptReply<Tag> {
  const [tag, ...rest] = reply as [Tag, ...unknown[]];
  return { tag, rest };
}

interface Refused {
  readonly script: { readonly name: string; readonly source: string };
  readonly call: ScriptCall;
  readonly error: unknown;
}

/** To a server that does not know the script; every other error is one. */
async function sendText<Tag extends string>(
  redis: Redis,
  { script, call, error }: Refused,
): Promise<ScriptReply<Tag>> {
  try {
    if (!(error instanceof Error && error.message.includes("NOSCRIPT"))) throw error;
    return toReply(await send(redis, { ...call, name: "eval", script: script.source }));
  } catch (cause) {
    throw toRunfleetError(cause, script.name);
  }
}

type Named = Readonly<Record<string, ScriptValue | readonly ScriptValue[]>>;

function callOf(
  script: Pick<Script<object, object, string>, "sha1" | "keys" | "values">,
  input: { readonly keys: Named; readonly values: Named },
): ScriptCall {
  const keys = keyBulks(contractOf(script.keys), input.keys);
  const values: string[] = [];
  for (const { name, isList } of contractOf(script.values).names) {
    const value = input.values[name];
    if (!isList) values.push(bulkOf(value as ScriptValue));
    else addList(values, value as readonly ScriptValue[]);
  }
  return { name: "evalsha", script: script.sha1, ...keys, values };
}

function keyBulks({ names, seen }: Contract, given: Named): Pick<ScriptCall, "keys" | "firstKey"> {
  const keys: string[] = [];
  let firstKey: string | undefined;
  for (const [index, { name, isList }] of names.entries()) {
    const key = given[name];
    if (isList) {
      for (const each of key as readonly string[]) keys.push(bulkOf(each));
      firstKey ??= (key as readonly string[])[0];
      continue;
    }
    firstKey ??= key as string;
    if (seen.keys[index] !== key) {
      seen.keys[index] = key as string;
      seen.bulks[index] = bulkOf(key as string);
    }
    keys.push(seen.bulks[index] as string);
  }
  return { keys, firstKey };
}

function addList(bulks: string[], list: readonly ScriptValue[]): void {
  bulks.push(bulkOf(list.length));
  for (const value of list) bulks.push(bulkOf(value));
}

interface Contract {
  readonly names: readonly { readonly name: string; readonly isList: boolean }[];
  /** Keys of the call before, by their place: most are the partition's, the same in every call. */
  readonly seen: { readonly keys: string[]; readonly bulks: string[] };
}

/** Taken apart once per script. */
const contracts = new WeakMap<readonly string[], Contract>();

function contractOf(names: readonly string[]): Contract {
  const known = contracts.get(names);
  if (known !== undefined) return known;
  const contract = {
    names: names.map((name) => {
      const isList = name.endsWith("[]");
      return { name: isList ? name.slice(0, -2) : name, isList };
    }),
    seen: { keys: [], bulks: [] },
  };
  contracts.set(names, contract);
  return contract;
}
