/** Which words count as near. */
import { expect, test } from "vitest";
import { suggest, suggestionHint } from "./suggest.js";

const words = ["retries", "retry_delay", "timeout", "as", "on_fail"];

test.each([
  ["retires", "retries"],
  ["Timeout", "timeout"],
  ["timout", "timeout"],
  ["onfail", "on_fail"],
  ["sa", "as"],
  ["nothing", undefined],
  ["", undefined],
  ["t".repeat(50), undefined],
])("%s is nearest to %s", (word, nearest) => {
  expect(suggest(word, words)).toBe(nearest);
});

test("without a near word the known ones are listed, as long as they are few", () => {
  expect(suggestionHint("zzz", ["a", "b"])).toBe("known here: `a`, `b`");
  expect(suggestionHint("zzz", [])).toBeUndefined();
  expect(
    suggestionHint(
      "zzz",
      Array.from({ length: 50 }, (_, index) => `name${index}`),
    ),
  ).toBeUndefined();
});

test("of very many words only the first ones are compared", () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `other-${index}`);
  expect(suggest("retires", [...many, "retries"])).toBeUndefined();
});
