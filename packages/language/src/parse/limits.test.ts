/** `concurrency` and `rate` in text: what they become, and what is said about wrong ones. */
import { describe, expect, test } from "vitest";
import { parseWorkflow, validateParsed, workflow } from "../index.js";

const read = (meta: string) => parseWorkflow(`workflow w { meta { ${meta} } inputs { tenant } }`);
const found = (meta: string): string[] =>
  validateParsed(read(meta), {}).map(({ code, message }) => `${code}: ${message}`);

describe("limits in meta", () => {
  test("are blocks of options", () => {
    const limits = `concurrency { key = "{{tenant}}" limit = 5 total = 20 } rate { limit = 100, per = "1m" }`;
    expect(found(limits)).toEqual([]);
    expect(read(limits).definition).toMatchObject({
      concurrency: { key: "{{tenant}}", limit: 5, total: 20 },
      rate: { limit: 100, perMs: 60_000 },
    });
  });

  test("are the same when they are built", () => {
    const built = workflow(
      "w",
      {
        inputs: { tenant: "optional" },
        concurrency: { limit: 2 },
        rate: { key: "{{tenant}}", limit: 1, per: "1s", burst: 3 },
      },
      [],
    );
    const text = `concurrency = { limit = 2 } rate { key = "{{tenant}}" limit = 1 per = 1s burst = 3 }`;
    const { concurrency, rate } = read(text).definition ?? {};
    expect({ concurrency, rate }).toEqual({ concurrency: built.concurrency, rate: built.rate });
  });

  test.each([
    ["concurrency = 5", ["invalid_value: `concurrency` takes a block, not a single text"]],
    ["concurrency { }", ["missing_option: `concurrency` needs `limit`"]],
    ["rate { limit = 5 }", ["missing_option: `rate` needs `per`"]],
    ["concurrency { limit = many }", [expect.stringMatching(/^invalid_value: `limit` takes a whole number/)]],
    [
      "concurrency { limit = 5 per = 1s }",
      ["unknown_option: `per` is not an option of `concurrency` and is ignored"],
    ],
    ["concurrency { limit = 0 }", [expect.stringMatching(/^invalid_limit: limit of concurrency must be/)]],
    [
      "concurrency { limit = 1 total = 2 }",
      [expect.stringMatching(/^invalid_limit: concurrency without a key/)],
    ],
    [
      'concurrency { key = "{{tenat}}" limit = 1 }',
      ["invalid_limit: the key of `concurrency` names `tenat`, which is no input of this workflow"],
    ],
    ["rate { key = acme limit = 1 per = 1s }", ["invalid_limit: the key of `rate` names no input"]],
  ])("%s is refused", (meta, expected) => {
    expect(found(meta)).toEqual(expected);
  });
});
