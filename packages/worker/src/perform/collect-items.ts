/** Performs `collectItems`: asks the foreach's provider for its items, checks their count and shape, drops repeated ids. */
import type { CollectItems, Item, WorkerEvent } from "@runfleet/model";
import { itemSchema, limits, RunfleetError } from "@runfleet/model";
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
    const unique = uniqueItems(node.name, items);
    return {
      type: "itemsCollected",
      address,
      items: unique,
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

/** One item per id, the first of equal ones. Throws when something has not the shape of an item. */
function uniqueItems(foreach: string, items: readonly unknown[]): Item[] {
  const unique = new Map<string, Item>();
  for (const [index, item] of items.entries()) {
    const parsed = itemSchema.safeParse(item);
    if (!parsed.success) {
      throw new RunfleetError(
        "items_failed",
        `item ${index} of foreach "${foreach}" is no item: it needs the texts id and ref, and context, an object of texts`,
      );
    }
    if (!unique.has(parsed.data.id)) unique.set(parsed.data.id, parsed.data);
  }
  return [...unique.values()];
}
