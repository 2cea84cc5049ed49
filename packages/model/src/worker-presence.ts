/** What a worker tells the fleet about itself. It is for people and for scaling; no run depends on it. */
export interface WorkerPresence {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly pools: readonly string[];
  readonly slots: number;
  readonly busy: number;
  readonly version: string;
  /** The layout it writes. */
  readonly layout?: number;
  /** It takes no new runs: it was asked to stop. */
  readonly leaving?: boolean;
  /** What it did of late: runs it took, and how long its slots were held, both fading with age (`recentWorkMs`). */
  readonly recent?: { readonly taken: number; readonly heldMs: number };
  /** Set by the store. */
  readonly lastSeen: number;
}
