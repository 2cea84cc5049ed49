/** Performs `collectItems`: asks the foreach's provider for its items and checks count and ids. */
import type { CollectItems, WorkerEvent } from "@runfleet/model";
import { limits, RunfleetError } from "@runfleet/model";
import { failureOf } from "../outcomes.js";
import type { PerformContext } from "./context.js";

export async function collectItems(
  command: CollectItems,
  context: PerformContext,
  signal: AbortSignal,
): Promise<WorkerEvent> {
  const { address, node } = command;
  try {
    const provider = context.registry.items(node.over);
    if (provider === undefined) throw unknownProvider(node.over, context);
    const { items, dependencies } = await provider.items({
      run: context.run,
      filter: command.filter,
      signal,
      ...(command.scope === undefined ? {} : { scope: command.scope }),
      ...(command.source === undefined ? {} : { source: command.source }),
    });
    if (items.length > limits.foreachItemsMax) {
      throw new RunfleetError(
        "too_large",
        `foreach "${node.name}" has ${items.length} items, at most ${limits.foreachItemsMax}`,
      );
    }
    return {
      type: "itemsCollected",
      address,
      items: [...items],
      dependencies: (dependencies ?? []).map(([a, b]) => [a, b]),
    };
  } catch (error) {
    return { type: "itemsFailed", address, error: failureOf(error) };
  }
}

function unknownProvider(name: string, context: PerformContext): RunfleetError {
  const known = context.registry.itemProviderNames.join(", ");
  return new RunfleetError(
    "items_failed",
    `no item provider is registered under "${name}" (this worker has: ${known})`,
  );
}
