/**
 * The id of a root run that is to be started, which says in which partition it lies. With an idempotency key the key says the
 * id, so that nothing has to be looked up. Reads and writes nothing.
 */
import { idInPartition, partitionFor, RunfleetError } from "@runfleet/model";
import { deriveRunId } from "@runfleet/store";

export function keyedRunId(idempotencyKey: string, partitions: number): string {
  return placed(deriveRunId(`start ${idempotencyKey}`), partitions);
}

/** Spread over all partitions; but what has a limit lies in partition 0, where limits are counted. Throws `invalid_usage`. */
export function placeRun(
  start: {
    readonly idempotencyKey: string | undefined;
    readonly isLimited: boolean;
    readonly newId: () => string;
  },
  partitions: number,
): string {
  const { idempotencyKey, isLimited, newId } = start;
  if (idempotencyKey === undefined) return isLimited ? newId() : placed(newId(), partitions);
  // A key must lead to the same partition before and after the workflow gets a limit.
  if (isLimited && partitions > 1)
    throw new RunfleetError(
      "invalid_usage",
      "with several partitions a start cannot have both a limit and an idempotency key",
    );
  return keyedRunId(idempotencyKey, partitions);
}

function placed(id: string, partitions: number): string {
  return idInPartition(id, partitionFor(id, partitions));
}
