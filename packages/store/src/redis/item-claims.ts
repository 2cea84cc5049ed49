/** Ended runs that are items of a foreach: one script per claim. */
import type { ItemClaim, ItemClaims } from "@runfleet/model";
import { claimItem } from "../generated/claim-item.js";
import { definitionHash } from "../identifiers.js";
import { runScript } from "../script.js";
import type { Partition } from "./partition.js";

export function itemClaims(partition: Partition): ItemClaims {
  return {
    claimItem: async ({ runId, consumer, claim, instead }) => {
      const { tag, rest } = await runScript(partition.redis, claimItem, {
        keys: partition.keysOf(runId),
        values: {
          field: fieldOf(consumer),
          claim: toText(claim),
          instead: instead === undefined ? "" : toText(instead),
        },
      });
      if (tag !== "claimed") return { tag };
      const [by = "", childId = ""] = (rest[0] as string).split(" ");
      return { tag, claim: { by, childId } };
    },
  };
}

/** Short, whatever the names are: one long member makes the whole record large. */
function fieldOf(consumer: string): string {
  return `item ${definitionHash(consumer).slice(0, 20)}`;
}

function toText({ by, childId }: ItemClaim): string {
  return `${by} ${childId}`;
}
