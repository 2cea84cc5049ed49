// Written by `runfleet types`; written again, it follows the workflows.
import { workflowRef } from "@runfleet/client";

/** Looks at a pull request and asks a person */
export const reviewPr = workflowRef<{
  /** Number of the pull request */
  readonly pr: string | number;
  /** Asks at once, whatever the time */
  readonly urgent?: boolean;
}>("review-pr");
