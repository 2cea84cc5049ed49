/** FLOW_OUTPUT blocks as scripts and language models write them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFlowOutput } from "./flow-output.js";

const block = (body: string) => `<<<FLOW_OUTPUT>>>\n${body}\n<<<END_FLOW_OUTPUT>>>`;

test("a block in prose gives markers, context and the whole object", () => {
  const text = `done\n${block('{"markers":["a","b"],"context":"c","base":"main"}')}\nbye`;
  expect(parseFlowOutput(text)).toEqual({
    markers: ["a", "b"],
    context: "c",
    output: '{"markers":["a","b"],"context":"c","base":"main"}',
  });
});

test("markers and context may be missing", () => {
  expect(parseFlowOutput(block("{}"))).toMatchObject({ markers: [], context: "" });
});

test.each([
  ["trailing commas", '{"markers":["a",],"context":"x",}', ["a"], "x"],
  ["commas inside texts stay", '{"markers":[],"context":"a,] b,}"}', [], "a,] b,}"],
  ["a Windows path", '{"context":"C:\\Users\\new\\temp"}', [], "C:\\Users\new\temp"],
  ["proper escapes", '{"context":"C:\\\\Users \\u0041 \\""}', [], 'C:\\Users A "'],
  ["a broken unicode escape", '{"context":"\\user"}', [], "\\user"],
  ["a json fence", '```json\n{"markers":["a"]}\n```', ["a"], ""],
  ["a bare fence", '```\n{"markers":["a"]}```', ["a"], ""],
])("%s can be read", (_what, body, markers, context) => {
  expect(parseFlowOutput(block(body))).toMatchObject({ markers, context });
});

test("the start delimiter inside a text or in an example is passed over", () => {
  expect(parseFlowOutput(block('{"context":"write <<<FLOW_OUTPUT>>> here"}'))?.context).toBe(
    "write <<<FLOW_OUTPUT>>> here",
  );
  expect(
    parseFlowOutput(`echo "<<<FLOW_OUTPUT>>>"\n${block('{"context":"real"}')}\nprose <<<FLOW_OUTPUT>>> again`)
      ?.context,
  ).toBe("real");
  expect(parseFlowOutput(`<<<FLOW_OUTPUT>>> only prose`)).toBeUndefined();
});

test("the last of several blocks counts", () => {
  expect(parseFlowOutput([1, 2, 3].map((n) => block(`{"context":"${n}"}`)).join("\n"))?.context).toBe("3");
});

test.each([
  ["", "nothing"],
  ["just text", "no block"],
  ['<<<FLOW_OUTPUT>>> {"context":"x"}', "no end"],
  [block("{context: 1}"), "no JSON"],
  [block("[]"), "a list"],
  [block("{"), "half an object"],
  [block('{"markers":"a"}'), "markers of another type"],
  [block('{"markers":[1]}'), "a marker that is no text"],
  [block('{"context":7}'), "a context that is no text"],
])("%j is no output (%s)", (text) => {
  expect(parseFlowOutput(text)).toBeUndefined();
});

test("a megabyte of escaped quotes without an end is given up at once, and so is JSON without a bottom", () => {
  expect(parseFlowOutput(block(`{"context":"${'\\"'.repeat(500_000)}`))).toBeUndefined();
  const depth = 200_000;
  expect(parseFlowOutput(block(`{"deep":${"[".repeat(depth)}${"]".repeat(depth)}}`))).toBeUndefined();
});

test("whatever a step may hand over survives the way through a block", () => {
  const members = fc.record({ markers: fc.array(fc.string()), context: fc.string(), extra: fc.jsonValue() });
  fc.assert(
    fc.property(members, (value) => {
      const json = JSON.stringify(value);
      fc.pre(!json.includes("<<<"));
      const parsed = parseFlowOutput(`noise ${block(json)} noise`);
      expect(JSON.parse(parsed?.output ?? "")).toEqual(JSON.parse(json));
    }),
  );
});

test("no text makes it throw", () => {
  const pieces = fc.constantFrom(
    "<<<FLOW_OUTPUT>>>",
    "<<<END_FLOW_OUTPUT>>>",
    "{",
    "}",
    '"',
    "\\",
    ",",
    "```",
    "\n",
    "a",
  );
  fc.assert(fc.property(fc.array(pieces), (parts) => void parseFlowOutput(parts.join(""))));
});
