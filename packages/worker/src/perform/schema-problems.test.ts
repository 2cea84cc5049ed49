import { outcomeSchema } from "@runfleet/model";
import { expect, test } from "vitest";
import { schemaProblems } from "./schema-problems.js";

test("each problem is said with its place, in one line", () => {
  const { error } = outcomeSchema.safeParse({ type: "succeeded", markers: ["a", 7], context: 7 });
  expect(schemaProblems(error as NonNullable<typeof error>)).toMatch(
    /^markers\.1: [^\n;{]+; context: [^\n{]+$/,
  );
});

test.each([
  ["of the whole value: no place", { message: "[…]", issues: [{ path: [], message: "odd" }] }, "odd"],
  ["no issues: the message", { message: "too odd" }, "too odd"],
  ["issues of another library: the message", { message: "odd", issues: [{ path: [{ key: "a" }] }] }, "odd"],
  ["issues that are none: the message", { message: "odd", issues: [null] }, "odd"],
])("%s", (_, error, said) => {
  expect(schemaProblems(error)).toBe(said);
});
