/** Imports rows into a map, which stands for your database; a row is written under its number, so twice is once. */
import { defineAction, defineConfig, NonRetryableError } from "@runfleet/worker";
import { z } from "zod";

const table = new Map<number, string>();

const importRow = defineAction({
  name: "import-row",
  input: z.object({ row: z.coerce.number().int() }),
  async run({ input: { row } }) {
    if (row % 100 === 0) throw new NonRetryableError(`row ${row} has no name`);
    table.set(row, `customer ${row}`);
    return { markers: ["imported"], context: `row ${row}` };
  },
});

const countRows = defineAction({
  name: "count-rows",
  async run() {
    return { markers: ["counted"], context: `${table.size} rows are in the table` };
  },
});

export default defineConfig({ workflows: ".", actions: [importRow, countRows] });
