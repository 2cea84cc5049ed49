/** The id of the run that a start with an idempotency key creates: the key says it, so that nothing has to be looked up. */
import { deriveRunId } from "@runfleet/store";

export function keyedRunId(idempotencyKey: string): string {
  return deriveRunId(`start ${idempotencyKey}`);
}
