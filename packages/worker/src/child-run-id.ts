/** The id of a child, from its place in its parent: starting it twice gives one run. */
import { deriveRunId } from "@runfleet/store";

export interface ChildPlace {
  readonly address: string;
  readonly attempt: number;
  /** Only for the children of a foreach. */
  readonly itemId?: string;
}

export function childRunId(parentId: string, { address, attempt, itemId }: ChildPlace): string {
  return deriveRunId(JSON.stringify([parentId, address, attempt, itemId ?? null]));
}
