/** The part of the store's seam by which an ended run becomes an item of a foreach once. */

/** Who got an ended run as an item: the run with the foreach, and the child that it starts for it. */
export interface ItemClaim {
  readonly by: string;
  readonly childId: string;
}

export type ClaimItemReply =
  /** Now, or since before. */
  | { readonly tag: "given" }
  | { readonly tag: "claimed"; readonly claim: ItemClaim }
  | { readonly tag: "gone" };

export interface ItemClaims {
  /**
   * Gives an ended run to one run of a foreach; `consumer` names the foreach, for all runs of its workflow. The claim is
   * forgotten with the ended run. `instead`: a claim that may be replaced.
   */
  claimItem(request: {
    readonly runId: string;
    readonly consumer: string;
    readonly claim: ItemClaim;
    readonly instead?: ItemClaim;
  }): Promise<ClaimItemReply>;
}
