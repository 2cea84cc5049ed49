// The code of the guide about tests is the code of an example, which is a suite of its own: nothing here is executed twice.
import { expect, test } from "vitest";
import { textOf } from "../tidy/source-files.js";

const page = textOf("docs/guides/testing.md");
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
  .map(([, text = ""]) => text)
  .filter((text) => !text.includes("startTestRedis"));
const example = ["fulfil", "storm"].map((name) => textOf(`examples/testing/${name}.test.ts`)).join("\n");

test.each(blocks)("the example has this code of the guide: %s", (block) => {
  expect(example).toContain(block);
});

/** The one block that is not in it sets a runner up. */
test("the guide shows the whole example but for how it begins", () => {
  const tests = (text: string) => [...text.matchAll(/^test\("([^"]*)"/gm)].map(([, name]) => name);
  expect(tests(blocks.join("\n"))).toEqual(tests(example));
});
