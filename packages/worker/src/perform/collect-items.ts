/**
 * Performs `collectItems`: asks the foreach's provider for its items, page by page up to the limits, checks their shape,
 * drops repeated ids. Nothing is written before the whole list is there.
 */
import type { CollectItems, Item, WorkerEvent } from "@runfleet/model";
import { itemSchema, limits, RunfleetError } from "@runfleet/model";
import type { ItemProvider, ItemsRequest } from "../config.js";
import { failureOf } from "../outcomes.js";
import type { PerformContext } from "./context.js";

export async function collectItems(
  command: CollectItems,
  context: PerformContext,
  signal: AbortSignal,
): Promise<WorkerEvent> {
  const { address, attempt, node } = command;
  try {
    const provider = context.registry.items(node.over);
    if (provider === undefined) throw unknownProvider(node.over, context);
    const collected = await allPages(provider, {
      run: context.run,
      step: { name: node.name, address, attempt },
      filter: command.filter,
      signal,
      ...(command.scope === undefined ? {} : { scope: command.scope }),
      ...(command.source === undefined ? {} : { source: command.source }),
    });
    return { type: "itemsCollected", address, ...collected };
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

interface Collected {
  readonly items: Item[];
  readonly dependencies: [string, string][];
}

async function allPages(provider: ItemProvider, request: ItemsRequest): Promise<Collected> {
  const { name } = request.step;
  const list = createList(name);
  const dependencies: [string, string][] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < limits.foreachPagesMax; pages += 1) {
    request.signal.throwIfAborted();
    const page = await provider.items({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    list.add(page.items);
    dependencies.push(...(page.dependencies ?? []).map(([a, b]): [string, string] => [a, b]));
    if (dependencies.length > limits.foreachItemsMax * 10)
      throw tooLarge(name, `more than ${limits.foreachItemsMax * 10} dependencies`);
    if (page.next === undefined) return { items: list.items(), dependencies };
    if (page.next === cursor)
      throw bad(`the provider of foreach "${name}" answered the page after ${quoted(cursor)} with itself`);
    cursor = page.next;
  }
  throw tooLarge(name, `more than ${limits.foreachPagesMax} pages; give larger ones, or narrow the filter`);
}

/** One item per id, the first of equal ones; throws when one has not the shape of an item, or all are too much. */
function createList(foreach: string): { add(items: readonly unknown[]): void; items(): Item[] } {
  const unique = new Map<string, Item>();
  let seen = 0;
  let bytes = 0;
  return {
    add(items) {
      for (const item of items) {
        const parsed = itemSchema.safeParse(item);
        if (!parsed.success) {
          throw bad(
            `item ${seen} of foreach "${foreach}" is no item: it needs the texts id and ref, and context, an object of texts`,
          );
        }
        seen += 1;
        if (unique.has(parsed.data.id)) continue;
        unique.set(parsed.data.id, parsed.data);
        bytes += Buffer.byteLength(JSON.stringify(parsed.data));
        if (unique.size > limits.foreachItemsMax)
          throw tooLarge(foreach, `more than ${limits.foreachItemsMax} items`);
        if (bytes > limits.foreachItemsBytesMax)
          throw tooLarge(
            foreach,
            `items of more than ${limits.foreachItemsBytesMax} bytes; hand on references and not contents`,
          );
      }
    },
    items: () => [...unique.values()],
  };
}

function quoted(cursor: string): string {
  return JSON.stringify(cursor.slice(0, limits.nameBytesMax));
}

function tooLarge(foreach: string, what: string): RunfleetError {
  return new RunfleetError("too_large", `foreach "${foreach}" has ${what}`);
}

function bad(message: string): RunfleetError {
  return new RunfleetError("items_failed", message);
}
