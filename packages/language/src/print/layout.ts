/** How text is laid out: two spaces a level, options one a line, an empty line around everything that has a block. */

/** One option or nothing: absent values are left out. */
export type OptionLine = readonly [key: string, value: string | undefined];

/** `head { … }` over several lines, or `head {}`. */
export function block(head: string, content: string): string {
  return content === "" ? `${head} {}` : `${head} {\n${indent(content)}\n}`;
}

/** `head`, with a block only if there are options. */
export function optionalBlock(head: string, content: string): string {
  return content === "" ? head : block(head, content);
}

export function options(lines: readonly OptionLine[]): string {
  return lines.flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`])).join("\n");
}

/** Paragraphs below each other. Those of one line stay together, others get an empty line before and after. */
export function paragraphs(parts: readonly string[]): string {
  const present = parts.filter((part) => part !== "");
  return present
    .map((part, index) => {
      const previous = present[index - 1];
      if (previous === undefined) return part;
      return `${isOneLine(previous) && isOneLine(part) ? "\n" : "\n\n"}${part}`;
    })
    .join("");
}

/** Only `\n` ends a line: strings may hold other characters that count as line ends elsewhere. */
function indent(content: string): string {
  const lines = content.split("\n");
  return lines.map((line) => (line === "" ? line : `  ${line}`)).join("\n");
}

function isOneLine(part: string): boolean {
  return !part.includes("\n");
}
