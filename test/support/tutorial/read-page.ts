/**
 * A tutorial as the things that its reader does: files written, commands typed, outputs compared. A block of code is a file when the
 * sentence before it ends with its name; a block `text` is what the commands before it print.
 */

export type Doing =
  | { readonly kind: "write"; readonly file: string; readonly text: string }
  | { readonly kind: "type"; readonly lines: readonly string[] }
  | { readonly kind: "compare"; readonly lines: readonly string[] };

export interface Chapter {
  readonly title: string;
  readonly doings: readonly Doing[];
}

export function readTutorial(page: string): readonly Chapter[] {
  const [, ...chapters] = page.split(/^## /m);
  return chapters.map((text) => ({
    title: text.slice(0, text.indexOf("\n")),
    doings: [...text.matchAll(/([^\n]*)\n+^```(\w+)\n([\s\S]*?)^```$/gm)].map(
      ([, before = "", kind, body = ""]) => readBlock({ before, kind, body }),
    ),
  }));
}

function readBlock({
  before,
  kind,
  body,
}: {
  before: string;
  kind: string | undefined;
  body: string;
}): Doing {
  const lines = body.split("\n").filter((line) => line !== "");
  if (kind === "sh") return { kind: "type", lines };
  if (kind === "text") return { kind: "compare", lines };
  const [, file] = /`([^`]+)`:$/.exec(before) ?? [];
  if (file === undefined) throw new Error(`no name of a file before this block: ${body}`);
  return { kind: "write", file, text: body };
}

/** The line of a page in what was printed: blanks are as wide as they like, and `…` is anything. */
function asPattern(line: string): RegExp {
  const parts = line
    .trim()
    .split(/\s+/)
    .map((word) => word.split("…").map(escaped).join(".*"));
  return new RegExp(parts.join("\\s+"));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Those of the lines that were not printed in this order. */
export function missingLines(lines: readonly string[], printed: string): readonly string[] {
  const rest = printed.split("\n");
  return lines.filter((line) => {
    const at = rest.findIndex((one) => asPattern(line).test(one));
    rest.splice(0, at + 1);
    return at < 0;
  });
}
