/**
 * Calls a generated Lua script: names to KEYS and ARGV, NOSCRIPT to one EVAL, broken Redis to `redis_unavailable`.
 * Knows no script and no key.
 */
import type { Redis } from "ioredis";
import { toRunfleetError } from "./redis-failure.js";
import { addRunNames, isRunNames, type RunNames } from "./run-names.js";
import {
  addWord,
  beginCall,
  type CallText,
  endCall,
  ScriptCommand,
  type ScriptValue,
} from "./script-command.js";

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

/** Values in two objects, those of the first before those of the second: to copy one into the other costs more than to make it. */
export interface Both<Values extends object> {
  readonly both: readonly [Named, Named];
  /** Only a type. Never set. */
  readonly values?: Values;
}

export function bothOf<First extends object, Second extends object>(
  first: First,
  second: Second,
): Both<First & Second> {
  return { both: [first as unknown as Named, second as unknown as Named] };
}

/** Runs one script in one round trip. Throws `redis_unavailable`, or `internal` when the script refuses its input. */
export function runScript<Keys extends object, Values extends object, Tag extends string>(
  redis: Redis,
  script: Script<Keys, Values, Tag>,
  input: { readonly keys: Keys | RunNames<Keys>; readonly values: Values | Both<Values> },
): Promise<ScriptReply<Tag>> {
  const named = input as unknown as NamedInput;
  // Chained and not awaited: a worker does this for every step of every run.
  return send(redis, "evalsha", script.sha1, callText("evalsha", script.sha1, { script, named })).then(
    toReply<Tag>,
    (error: unknown) => sendSource<Tag>(redis, { script, named, error }),
  );
}

type Contract = Pick<Script<object, object, string>, "name" | "keys" | "values" | "source">;
type Named = Readonly<Record<string, ScriptValue | readonly ScriptValue[] | undefined>>;
interface NamedInput {
  readonly keys: Named | RunNames<object>;
  readonly values: Named | Both<object>;
}

function send(redis: Redis, ...call: ConstructorParameters<typeof ScriptCommand>): Promise<unknown> {
  return redis.sendCommand(new ScriptCommand(...call)) as Promise<unknown>;
}

function toReply<Tag extends string>(reply: unknown): ScriptReply<Tag> {
  const [tag, ...rest] = reply as [Tag, ...unknown[]];
  return { tag, rest };
}

/** To a server that does not know the script; every other error is one. */
async function sendSource<Tag extends string>(
  redis: Redis,
  {
    script,
    named,
    error,
  }: { readonly script: Contract; readonly named: NamedInput; readonly error: unknown },
): Promise<ScriptReply<Tag>> {
  try {
    if (!(error instanceof Error && error.message.includes("NOSCRIPT"))) throw error;
    const { source } = script;
    return toReply(await send(redis, "eval", source, callText("eval", source, { script, named })));
  } catch (cause) {
    throw toRunfleetError(cause, script.name);
  }
}

function callText(
  name: string,
  body: string,
  { script, named }: { readonly script: Contract; readonly named: NamedInput },
): CallText {
  beginCall();
  addWord(name);
  addWord(body);
  const firstKey = addKeys(script.keys, named.keys);
  const [first, second] = isBoth(named.values) ? named.values.both : [named.values, named.values];
  for (const { name: wanted, isList } of contractOf(script.values)) {
    const value = first[wanted] ?? second[wanted];
    if (isList) addList(value as readonly ScriptValue[]);
    else addWord(value as ScriptValue);
  }
  return { text: endCall(), firstKey };
}

/** Answers one of them. */
function addKeys(names: readonly string[], given: NamedInput["keys"]): string | undefined {
  if (isRunNames(given)) {
    addWord(names.length);
    addRunNames(names, given);
    return given.forms.tag;
  }
  const keys = keysOf(names, given);
  addWord(keys.length);
  for (const key of keys) addWord(key);
  return keys[0];
}

function keysOf(names: readonly string[], given: Named): readonly string[] {
  const keys: string[] = [];
  for (const { name, isList } of contractOf(names)) {
    if (isList) keys.push(...(given[name] as readonly string[]));
    else keys.push(given[name] as string);
  }
  return keys;
}

function isBoth(values: NamedInput["values"]): values is Both<object> {
  return Array.isArray((values as Partial<Both<object>>).both);
}

function addList(list: readonly ScriptValue[]): void {
  addWord(list.length);
  for (const value of list) addWord(value);
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
