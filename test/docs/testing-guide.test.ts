// The code of the guide about tests is the code of an example, which is a suite of its own: nothing here is executed twice.
import { expect, test } from "vitest";
import { textOf } from "../tidy/source-files.js";

const page = textOf("docs/guides/testing.md");
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
const example = textOf("examples/testing/fulfil.test.ts");

test.each(blocks)("the example has this code of the guide: %s", (block) => {
  expect(example).toContain(block);
});

test("the guide shows the whole example but for how it begins", () => {
  const tests = (text: string) => [...text.matchAll(/^test\("([^"]*)"/gm)].map(([, name]) => name);
  expect(tests(blocks.join("\n"))).toEqual(tests(example));
});
