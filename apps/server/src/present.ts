/** Members that were not given are left out, not handed on as undefined. */

type Present<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

export function present<T extends object>(given: T): Present<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Present<T>;
}
