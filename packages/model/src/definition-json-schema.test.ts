/** The committed JSON Schema is the one of today's definitions, and it says what the zod schema says. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { definitionJsonSchema } from "./definition-json-schema.js";

const committed: unknown = JSON.parse(
  readFileSync(new URL("../schema/definition.schema.json", import.meta.url), "utf8"),
);

test("the committed schema is what the generate script writes", () => {
  expect(committed).toEqual(definitionJsonSchema());
});

test("every kind of node is in it, and required members are named", () => {
  const text = JSON.stringify(committed);
  for (const kind of "call script child branch loop sequence parallel gate sleep foreach".split(" ")) {
    expect(text).toContain(`"const":"${kind}"`);
  }
  expect(committed).toMatchObject({
    type: "object",
    required: ["name", "description", "trigger", "targets", "inputs", "body", "always"],
  });
});
