/**
 * An item provider (`over = shelves`) and a gate resolver (`type = delivery`). The provider answers page by page and says what
 * must be ordered first; the resolver is asked at its interval and holds nothing in between.
 */
import { defineConfig, type GateResolver, type ItemProvider } from "@runfleet/worker";

interface Shelf {
  readonly item: string;
  readonly left: number;
  /** Useless without this one. */
  readonly needs?: string;
}

const warehouses: Readonly<Record<string, readonly Shelf[]>> = {
  north: [
    { item: "lamps", left: 3, needs: "bulbs" },
    { item: "chairs", left: 40 },
    { item: "bulbs", left: 0 },
  ],
};

const pageSize = 2;

const shelves: ItemProvider = {
  async items({ run, filter, cursor = "0" }) {
    const stock = warehouses[run.inputs["warehouse"] ?? ""];
    if (stock === undefined) throw new Error(`there is no warehouse ${run.inputs["warehouse"]}`);
    const begin = Number(cursor);
    const end = begin + pageSize;
    const low = stock.slice(begin, end).filter(({ left }) => left < Number(filter["below"] ?? 1));
    return {
      items: low.map(({ item, left }) => ({ id: item, ref: item, context: { left: String(left) } })),
      dependencies: low.flatMap(({ item, needs }) => (needs === undefined ? [] : [[needs, item] as const])),
      ...(end < stock.length ? { next: String(end) } : {}),
    };
  },
};

/** Everything is delivered when it is asked for the second time. */
const askedFor = new Set<string>();

const delivery: GateResolver = {
  intervalMs: 100,
  async poll({ gate, variables }) {
    const item = variables["item"] ?? "";
    if (!askedFor.has(item)) {
      askedFor.add(item);
      return { verdict: "pending" };
    }
    return { verdict: "approved", text: `${item} arrived (${gate.name})` };
  },
};

export default defineConfig({ workflows: ".", items: { shelves }, gates: { delivery } });
