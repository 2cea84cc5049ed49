// The rows that BullMQ has no side of, or one of its own making: each has processes of its own and an empty Redis, and can be
// measured and saved alone.
import { benchCapacity } from "./capacity/bench-capacity.mjs";
import { benchFamilies } from "./families/bench-families.mjs";
import { benchLoop } from "./loop/bench-loop.mjs";
import { benchMemory } from "./memory/bench-memory.mjs";
import { benchParked } from "./parked/bench-parked.mjs";
import { benchPartitions } from "./partitions/bench-partitions.mjs";
import * as print from "./print-rows.mjs";
import { benchReads } from "./reads/bench-reads.mjs";
import { benchTakeover } from "./takeover/bench-takeover.mjs";
import { benchWorkers } from "./workers/bench-workers.mjs";

/**
 * @typedef {{ redis: import("ioredis").Redis, setup: import("./processes.mjs").Setup, scale: import("./workloads.mjs").Scale, known: import("./results.mjs").Results }} RowOptions
 *   known: rows that were measured before this one, now or when they were committed
 * @typedef {{ title: string, unit: string, better: "higher" | "lower", runfleet: number, bullmq: number | null, ratio: number | null }} Headline
 *   bullmq: null where BullMQ has no such thing; ratio: to BullMQ, or to what `ratioTo` says; null: to nothing
 * @typedef {Headline & { ratioTo?: string }} RowFigures
 * @typedef {{ measure: (options: RowOptions) => Promise<{ figures: RowFigures, table: string }> }} Row
 */

/** By name, in the order in which they are measured. @type {Readonly<Record<string, Row>>} */
export const rows = {
  w5: row(benchParked, print.parkedTableOf),
  w6: row(benchTakeover, print.takeoverTableOf),
  w8: row(benchLoop, print.loopTableOf),
  capacity: row(benchCapacity, print.capacityTableOf),
  w9: row(benchReads, print.readsTableOf),
  w10: row(benchWorkers, print.workersTableOf),
  families: row(benchFamilies, print.familiesTableOf),
  partitions: row(benchPartitions, print.partitionsTableOf),
  memory: row(benchMemory, print.memoryTableOf),
};

/**
 * @template {RowFigures} T
 * @param {(options: RowOptions) => Promise<T>} bench
 * @param {(figures: T) => string} tableOf
 * @returns {Row}
 */
function row(bench, tableOf) {
  return {
    async measure(options) {
      const figures = await bench(options);
      return { figures, table: tableOf(figures) };
    },
  };
}
