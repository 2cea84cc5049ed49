/** Pieces of generated pages: tables, headings. Knows nothing of what they are about. */

export type Row = readonly string[];

/** A table; nothing where there are no rows, so that a page can leave it out. */
export function table(head: Row, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: Row) => `| ${cells.map(cell).join(" | ")} |`;
  return [[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")];
}

/** Blocks of a page, with an empty line between them. */
export function page(...blocks: readonly string[]): string {
  return `${blocks.join("\n\n")}\n`;
}

export const code = (text: string): string => `\`${text}\``;

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}
