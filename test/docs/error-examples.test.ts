// The messages shown on error pages are messages of today's code: each example fits a text in the sources, with
// anything where that text has a placeholder. Does not provoke the errors.
import { expect, test } from "vitest";
import { filesBelow, filesEnding, textOf } from "../tidy/source-files.js";

/** Literals shorter than this say nothing: they would fit anything. */
const literalCharsMin = 12;

const pages = filesBelow("docs/errors/").filter((file) => !file.endsWith("README.md"));
const examples = pages.flatMap((file) => {
  const [, text] = /^## Example\n\n```text\n([\s\S]*?)\n```$/m.exec(textOf(file)) ?? [];
  return text === undefined ? [] : [{ file, text }];
});

const sources = filesEnding(".ts").filter(
  (file) => /^(packages|apps)\/[a-z]+\/src\//.test(file) && !file.endsWith(".test.ts"),
);
const messages = sources.flatMap((file) => patternsOf(textOf(file)));

/** Every longer string and template literal as a pattern for its whole value. */
function patternsOf(source: string): RegExp[] {
  const strings = [...source.matchAll(/"([^"\\\n]+)"/g)].map(([, text]) => [text ?? ""]);
  const literals = [...strings, ...templatesOf(source)];
  return literals.filter((pieces) => pieces.join("").length >= literalCharsMin).map(patternOf);
}

function patternOf(pieces: readonly string[]): RegExp {
  const texts = pieces.map((piece) => piece.replaceAll("\\n", "\n"));
  const escaped = texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join("[\\s\\S]*")}$`);
}

/** The fixed pieces of each template literal, those inside placeholders included. */
function templatesOf(source: string): string[][] {
  const found: string[][] = [];
  let at = 0;
  const readTemplate = (): void => {
    const pieces: string[] = [];
    let piece = "";
    for (at += 1; at < source.length && source[at] !== "`"; at += 1) {
      if (source.startsWith("${", at)) {
        skipPlaceholder();
        pieces.push(piece);
        piece = "";
      } else piece += source[at];
    }
    pieces.push(piece);
    found.push(pieces);
  };
  const skipPlaceholder = (): void => {
    let depth = 0;
    for (at += 1; at < source.length; at += 1) {
      if (source[at] === "`") readTemplate();
      else if (source[at] === "{") depth += 1;
      else if (source[at] === "}") depth -= 1;
      if (depth === 0) return;
    }
  };
  for (; at < source.length; at += 1) if (source[at] === "`") readTemplate();
  return found;
}

test("each page shows one", () => {
  expect(examples).toHaveLength(pages.length);
});

test.each(examples)("the message on $file exists", ({ text }) => {
  expect(messages.filter((message) => message.test(text)).length).toBeGreaterThan(0);
});
