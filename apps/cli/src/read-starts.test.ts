/** Lines of a file as starts: what they may say, and what is said of those that cannot be. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStarts } from "./read-starts.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "starts-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(...lines: string[]) {
  const file = join(folder, "runs.jsonl");
  await writeFile(file, lines.join("\n"));
  return await readStarts(file, { workflow: "greet", priority: 5, inputs: { tone: "kind", whom: "all" } });
}

test("a line wins over what is said for all, input by input; empty lines are none", async () => {
  const starts = await read(
    '{"inputs":{"whom":"ann"},"priority":1}',
    "",
    '{"workflow":"other","label":"x"}',
    "",
  );
  expect(starts).toEqual([
    { line: 1, entry: { workflow: "greet", priority: 1, inputs: { tone: "kind", whom: "ann" } } },
    { line: 3, entry: { workflow: "other", label: "x", priority: 5, inputs: { tone: "kind", whom: "all" } } },
  ]);
});

test("a byte order mark and the line ends of Windows are none of a line's text", async () => {
  const starts = await read('\ufeff{"label":"x"}\r', '{"label":"y"}\r');
  expect(starts.map(({ line, entry }) => [line, entry.label])).toEqual([
    [1, "x"],
    [2, "y"],
  ]);
});

test.each([
  ["{", /runs\.jsonl:2: not JSON: /],
  ["[]", /runs\.jsonl:2: each line must be a JSON object/],
  ["null", /runs\.jsonl:2: each line must be a JSON object/],
  ['{"lable":"x"}', /runs\.jsonl:2: no start has "lable"; a line may have inputs, workflow, label/],
  ['{"priority":"1"}', /runs\.jsonl:2: "priority" must be of type number/],
  ['{"inputs":null}', /runs\.jsonl:2: "inputs" must be of type object/],
])("%s is refused with file and line", async (line, message) => {
  await expect(read("{}", line)).rejects.toMatchObject({
    code: "invalid_usage",
    message: expect.stringMatching(message),
  });
});

test("a file that is not there is named", async () => {
  await expect(readStarts(join(folder, "none"), { workflow: "greet" })).rejects.toMatchObject({
    code: "invalid_usage",
    message: expect.stringMatching(/cannot read .*none/),
  });
});
