/**
 * The part of the store's seam that is about the sizes of pools: what operators set, and the last turn of the policy for each
 * pool. Policies and turns are texts here; what they say is the business of who writes them.
 */

export interface ScalingRecords {
  /** The store's time, epoch ms. */
  readonly now: number;
  /** By pool. */
  readonly policies: ReadonlyMap<string, string>;
  readonly turns: ReadonlyMap<string, string>;
  /** Pools that runs were created for within a day, but `default`; the newest `limits.scalingPoolsMax`. */
  readonly used: readonly string[];
}

/** `overtaken`: somebody else was faster, and `last` is their turn (absent: it is gone). */
export type KeepTurnReply =
  | { readonly tag: "kept" | "full" }
  | { readonly tag: "overtaken"; readonly last?: string };

export interface ScalingStore {
  /** Bounded by `limits.scalingPoolsMax`. */
  readScaling(): Promise<ScalingRecords>;
  /**
   * Makes `turn` the last one of its pool if `before` (absent: none) still is. `full`: it is not remembered, since
   * `limits.scalingPoolsMax` other pools are.
   */
  keepScalingTurn(request: {
    readonly pool: string;
    readonly before?: string;
    readonly turn: string;
  }): Promise<KeepTurnReply>;
  /** Without a policy: takes back what was set. */
  setScaling(request: {
    readonly pool: string;
    readonly policy?: string;
  }): Promise<"set" | "removed" | "not_set" | "full">;
  /** Since when the run has been ready for a worker, epoch ms; nothing where nobody knows. */
  readySince(runId: string): Promise<number | undefined>;
}
