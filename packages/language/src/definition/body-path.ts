/** Node paths of bodies that are nodes of their own while a run executes. */
import { childAddress } from "@runfleet/model";

/** The body of a branch or loop: one child holding the steps, so the third step of `b.2` is `b.2.0.2`. */
export function bodyPath(path: string): string {
  return childAddress(path, 0);
}
