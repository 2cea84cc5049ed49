/** A list of items comes page by page, is held to its limits, and is refused whole. */
import type { CollectItems, Item } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import type { ItemProvider, ItemsPage, ItemsRequest } from "../config.js";
import { createRegistry } from "../registry.js";
import { collectItems } from "./collect-items.js";
import type { PerformContext } from "./context.js";

function item(id: string, context: Item["context"] = {}): Item {
  return { id, ref: "", context };
}

async function collect(provider: ItemProvider, signal = new AbortController().signal) {
  const run = { id: "run", workflow: "w", inputs: { who: "ann" } };
  const context = { run, registry: createRegistry({ items: { mine: provider } }) };
  const node = { kind: "foreach", name: "each", over: "mine" };
  const command = { type: "collectItems", address: "b.0", attempt: 2, node, filter: { of: "a" } };
  return await collectItems(command as unknown as CollectItems, context as unknown as PerformContext, signal);
}

/** Page n is what the function answers for n, from 0; its cursor is n. */
function paged(page: (count: number) => ItemsPage) {
  const asked: ItemsRequest[] = [];
  const provider: ItemProvider = {
    async items(request) {
      asked.push(request);
      return page(Number(request.cursor ?? "0"));
    },
  };
  return { provider, asked };
}

describe("items page by page", () => {
  it("come in order, each id once, with the dependencies of all pages", async () => {
    const pages: ItemsPage[] = [
      { items: [item("a"), item("b")], dependencies: [["a", "c"]], next: "1" },
      { items: [], next: "2" },
      { items: [item("b", { second: "yes" }), item("c")], dependencies: [["b", "c"]] },
    ];
    const { provider, asked } = paged((count) => pages[count] ?? { items: [] });
    expect(await collect(provider)).toEqual({
      type: "itemsCollected",
      address: "b.0",
      items: ["a", "b", "c"].map((id) => item(id)),
      dependencies: [
        ["a", "c"],
        ["b", "c"],
      ],
    });
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, "1", "2"]);
    expect(asked[0]).toMatchObject({
      run: { id: "run", inputs: { who: "ann" } },
      step: { name: "each", address: "b.0", attempt: 2 },
      filter: { of: "a" },
    });
  });

  it("are not asked for any more when the step is stopped", async () => {
    const stopping = new AbortController();
    const { provider, asked } = paged((count) => {
      if (count === 1) stopping.abort(new Error("stopped"));
      return { items: [item(`${count}`)], next: `${count + 1}` };
    });
    expect(await collect(provider, stopping.signal)).toMatchObject({
      type: "itemsFailed",
      error: { message: "stopped" },
    });
    expect(asked).toHaveLength(2);
  });

  const many = (count: number) =>
    Array.from({ length: 1_000 }, (_, index) => item(`${count * 1_000 + index}`));
  it.each<[string, string, (count: number) => ItemsPage]>([
    [
      "too many items",
      `foreach "each" has more than ${limits.foreachItemsMax} items`,
      (count) => ({ items: many(count), next: `${count + 1}` }),
    ],
    [
      "too many bytes, before the number is too large",
      `foreach "each" has items of more than ${limits.foreachItemsBytesMax} bytes; hand on references and not contents`,
      (count) => ({ items: [item(`${count}`, { text: "ü".repeat(50_000) })], next: `${count + 1}` }),
    ],
    [
      "no end",
      `foreach "each" has more than ${limits.foreachPagesMax} pages; give larger ones, or narrow the filter`,
      (count) => ({ items: [], next: `${count + 1}` }),
    ],
    [
      "a page that follows itself",
      'the provider of foreach "each" answered the page after "1" with itself',
      () => ({ items: [], next: "1" }),
    ],
    [
      "what is no item, on a later page",
      'item 1 of foreach "each" is no item: it needs the texts id and ref, and context, an object of texts',
      (count) => (count === 0 ? { items: [item("a")], next: "1" } : { items: [{ id: "b" } as Item] }),
    ],
  ])("are refused whole for %s", async (_, message, page) => {
    expect(await collect(paged(page).provider)).toMatchObject({ type: "itemsFailed", error: { message } });
  });
});
