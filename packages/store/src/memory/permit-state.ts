/** What the memory twin remembers of permits, limits and rates. No rules here. */

/** A run that asks; `order` and `total` as the scripts write them. */
export interface Asker {
  readonly id: string;
  readonly pool: string;
  readonly order: string;
  readonly total: string;
}

export interface Waiting extends Asker {
  readonly scope: string;
}

export interface MemoryPermits {
  /** Scope → runs. */
  readonly held: Map<string, Set<string>>;
  readonly waiters: Map<string, Waiting>;
  readonly declared: Map<string, number>;
  /** Workflow → text. */
  readonly set: Map<string, string>;
  /** Scope → time before which a further start comes too soon. */
  readonly rates: Map<string, number>;
}

export function createMemoryPermits(): MemoryPermits {
  return { held: new Map(), waiters: new Map(), declared: new Map(), set: new Map(), rates: new Map() };
}
