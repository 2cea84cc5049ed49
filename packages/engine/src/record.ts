/**
 * Two small rules for plain objects used as maps: keys come from authors and actions, so a map never inherits
 * members, and an absent member is left out instead of being `undefined`.
 */

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * The same members without those that are `undefined`. Spread it behind members that are always there: an object that begins
 * as the copy of another one takes each further member at the cost of microseconds.
 */
export function defined<T extends object>(members: T): Defined<T> {
  const given = members as Readonly<Record<string, unknown>>;
  const kept: Record<string, unknown> = {};
  for (const name in given) {
    const value = given[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept as Defined<T>;
}

/** A map whose keys may be any text, `__proto__` and `constructor` included. */
export function textRecord<V>(entries: Readonly<Record<string, V>> = {}): Record<string, V> {
  return Object.assign(Object.create(null) as Record<string, V>, entries);
}

/** The own member under a key, never an inherited one. */
export function member<V>(record: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
