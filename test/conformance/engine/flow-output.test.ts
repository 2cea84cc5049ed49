// Group T of the reference's tests: the FLOW_OUTPUT block by which scripts and agents hand results on.
import { parseFlowOutput } from "@runfleet/engine";
import { expect, test } from "vitest";

const block = (body: string) => `<<<FLOW_OUTPUT>>>\n${body}\n<<<END_FLOW_OUTPUT>>>`;

test("T-FO-01 a block with text around it gives markers and context", () => {
  const text = `before\n${block('{"markers": ["a", "b"], "context": "done"}')}\nafter`;
  expect(parseFlowOutput(text)).toMatchObject({ markers: ["a", "b"], context: "done" });
});

test("T-FO-02 trailing commas in lists and objects do no harm", () => {
  expect(parseFlowOutput(block('{"markers": ["a", ], "context": "c", }'))).toMatchObject({
    markers: ["a"],
    context: "c",
  });
});

test("T-FO-03 a Windows path with invalid escapes is read", () => {
  expect(parseFlowOutput(block(String.raw`{"context": "C:\Projects\web"}`))?.context).toBe(
    String.raw`C:\Projects\web`,
  );
});

test("T-FO-04 proper escapes keep their meaning", () => {
  expect(parseFlowOutput(block(String.raw`{"context": "C:\\Users\\ann \"x\" \u0041"}`))?.context).toBe(
    String.raw`C:\Users\ann "x" A`,
  );
});

test("T-FO-05 a code fence around the body is dropped", () => {
  for (const fenced of ['```json\n{"markers": ["a"]}\n```', '```\n\n{"markers": ["a"]}```']) {
    expect(parseFlowOutput(block(fenced))?.markers).toEqual(["a"]);
  }
});

test("T-FO-06 prose and empty text are no output", () => {
  expect(parseFlowOutput("all went well, nothing to report")).toBeUndefined();
  expect(parseFlowOutput("")).toBeUndefined();
});

test("T-FO-07 further members survive and stand at the top again", () => {
  const found = parseFlowOutput(
    block('{"markers": [], "context": "c", "base_branch": "main", "n": {"x": 1}}'),
  );
  expect(JSON.parse(found?.output ?? "")).toEqual({
    markers: [],
    context: "c",
    base_branch: "main",
    n: { x: 1 },
  });
});

test("T-FO-08 without markers there are none", () => {
  expect(parseFlowOutput(block('{"context": "c"}'))?.markers).toEqual([]);
});

test("T-FO-09 without a context it is empty", () => {
  expect(parseFlowOutput(block('{"markers": ["a"]}'))?.context).toBe("");
});

test("T-FO-10 the start delimiter inside a text does not hide the block around it", () => {
  const text = block('{"context": "end with <<<FLOW_OUTPUT>>> please", "markers": ["real"]}');
  expect(parseFlowOutput(text)).toMatchObject({ markers: ["real"] });
});

test("T-FO-11 an example of a block in shell code is passed over", () => {
  const example = 'echo "<<<FLOW_OUTPUT>>>"\necho "$JSON"\necho "<<<END_FLOW_OUTPUT>>>"';
  expect(
    parseFlowOutput(`${example}\n${block('{"markers": ["real"]}')}\nuse <<<FLOW_OUTPUT>>> again`),
  ).toMatchObject({ markers: ["real"] });
});

test("T-FO-12 of several blocks the last one counts", () => {
  expect(
    parseFlowOutput(["one", "two", "three"].map((word) => block(`{"context": "${word}"}`)).join("\n")),
  ).toMatchObject({ context: "three" });
});

test("T-FO-13 a key without quotes is no JSON and no output", () => {
  expect(parseFlowOutput(block('{markers: ["a"]}'))).toBeUndefined();
});

test("T-FO-14 markers of another type make it no output", () => {
  for (const markers of ['"a"', '{"a": true}', "[1]", "null"]) {
    expect(parseFlowOutput(block(`{"markers": ${markers}}`))).toBeUndefined();
  }
});

test("T-FO-15 a context of another type makes it no output", () => {
  for (const context of ["7", "null", '["a"]']) {
    expect(parseFlowOutput(block(`{"context": ${context}}`))).toBeUndefined();
  }
});

test("gap T: a block without an end is none, even when an earlier one has an end", () => {
  expect(
    parseFlowOutput(`${block('{"context": "old"}')}\n<<<FLOW_OUTPUT>>>{"context": "cut"`),
  ).toBeUndefined();
});

test("gap T: commas inside texts stay as they are", () => {
  expect(parseFlowOutput(block('{"context": "f(a, ) and [b,]"}'))?.context).toBe("f(a, ) and [b,]");
});
