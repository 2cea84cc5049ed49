/**
 * Objects as rows: the values of their members in a fixed order, so that what is kept in large numbers does not repeat the
 * names. `null` stands for a member that is absent; absent ones at the end are left out.
 */

/** Every member of `T` but `Left`, named once: a table of this type cannot forget one. Its order is the row's. */
export type MemberTable<T, Left extends keyof T = never> = { readonly [Name in Exclude<keyof T, Left>]-?: 1 };

export function toRow(table: object, value: object): unknown[] {
  const members = value as Readonly<Record<string, unknown>>;
  const row = Object.keys(table).map((name) => members[name]);
  while (row.length > 0 && row.at(-1) === undefined) row.pop();
  return row;
}

/** The members a row holds; those that are `null` are absent. */
export function fromRow(table: object, row: readonly unknown[]): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [index, name] of Object.keys(table).entries())
    if (row[index] != null) members[name] = row[index];
  return members;
}
