/**
 * Objects as rows: the values of their members in a fixed order, so that what is kept in large numbers does not repeat the
 * names. `null` stands for a member that is absent; absent ones at the end are left out.
 */

/** Every member of `T` but `Left`, named once: a table of this type cannot forget one. Its order is the row's. */
export type MemberTable<T, Left extends keyof T = never> = { readonly [Name in Exclude<keyof T, Left>]-?: 1 };

export function toRow(table: object, value: object): unknown[] {
  const members = value as Readonly<Record<string, unknown>>;
  const names = namesIn(table);
  let length = names.length;
  while (length > 0 && members[names[length - 1] as string] === undefined) length -= 1;
  const row: unknown[] = [];
  for (let index = 0; index < length; index += 1) row.push(members[names[index] as string]);
  return row;
}

/** The members a row holds; those that are `null` are absent. */
export function fromRow(table: object, row: readonly unknown[]): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  const names = namesIn(table);
  for (let index = 0; index < row.length && index < names.length; index += 1)
    if (row[index] != null) members[names[index] as string] = row[index];
  return members;
}

/** A table never changes, and every step of every run goes through several. */
const namesByTable = new WeakMap<object, readonly string[]>();

function namesIn(table: object): readonly string[] {
  const known = namesByTable.get(table);
  if (known !== undefined) return known;
  const names = Object.keys(table);
  namesByTable.set(table, names);
  return names;
}
