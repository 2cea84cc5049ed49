/** Rows as aligned columns for people. Without lines: results are read, copied and grepped. */
import Table from "cli-table3";
import type { Colours } from "../terminal.js";

const noLines = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
} as const;

/** The text of a table; cells may hold colour. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  colours: Colours,
): string {
  const table = new Table({
    chars: noLines,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(
    head.map((title) => colours.dim(title)),
    ...rows.map((row) => [...row]),
  );
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
