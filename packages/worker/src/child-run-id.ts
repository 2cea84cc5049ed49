/** The id of a child, from its place in its parent: starting it twice gives one run, in the parent's partition. */
import { idInPartition, partitionOf } from "@runfleet/model";
import { deriveRunId } from "@runfleet/store";

export interface ChildPlace {
  readonly address: string;
  readonly attempt: number;
  /** Only for the children of a foreach. */
  readonly itemId?: string;
}

export function childRunId(parentId: string, { address, attempt, itemId }: ChildPlace): string {
  const id = deriveRunId(JSON.stringify([parentId, address, attempt, itemId ?? null]));
  return idInPartition(id, partitionOf(parentId));
}
