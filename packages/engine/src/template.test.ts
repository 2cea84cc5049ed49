/** Placeholders: what is replaced, what stays, and that values are never looked at again. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { substitute } from "./template.js";

const variables = { name: "world", "item.id": "7", tricky: "{{name}}", quote: "a'b" };

test.each([
  ["strip", "hi {{name}}{{nobody}}!", "hi world!"],
  ["keep", "hi {{name}}{{ nobody }}!", "hi world{{ nobody }}!"],
  ["shell", "echo {{name}} {{nobody}} {{quote}}", "echo 'world'  'a'\\''b'"],
  ["strip", "{{ name }}{{item.id}}{{inputs.name}}", "world7world"],
  ["keep", "{{tricky}}", "{{name}}"],
  ["shell", "{{tricky}}", "'{{name}}'"],
  ["strip", "open {{name and {{name}}", "open "],
  ["strip", "{{name}} and {{rest", "world and {{rest"],
  ["strip", "no braces } { }}", "no braces } { }}"],
  ["strip", "{{constructor}}{{__proto__}}{{inputs.toString}}", ""],
] as const)("%s: %s becomes %s", (mode, text, result) => {
  expect(substitute(text, variables, mode)).toBe(result);
});

test("a quoted value is one shell word whatever is in it", () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const quoted = substitute("{{value}}", { value }, "shell");
      expect(quoted.slice(1, -1).split("'\\''").join("'")).toBe(value);
      expect(quoted.replaceAll("'\\''", "").slice(1, -1)).not.toContain("'");
    }),
  );
});

test("text without placeholders stays as it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes("{{"));
      expect(substitute(text, {}, "strip")).toBe(text);
    }),
  );
});
