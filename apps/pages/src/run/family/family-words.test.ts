/** What a family tree says of its runs. */
import { parseWorkflow } from "@runfleet/language";
import { expect, test } from "vitest";
import { familyName, inputsText, startsRuns, tally } from "./family-words.js";

test("a root has its label for a name, a child its workflow and the end of its id", () => {
  const run = { id: "01M8PKS1Z6XCVT4C0S84DSQEWS", workflow: "hello", label: "Release" };
  expect(familyName({ ...run, parentId: null })).toBe("Release");
  expect(familyName({ ...run, label: null, parentId: null })).toBe("hello");
  expect(familyName({ ...run, parentId: "01M8PKS1Z6XCVT4C0S84DSQEWR" })).toBe("hello …DSQEWS");
});

test("inputs are one short line", () => {
  expect(inputsText({})).toBe("");
  expect(inputsText({ item: "17", text: " two\n lines " })).toBe("item=17, text=two lines");
  expect(inputsText({ a: "1", b: "2", c: "3", d: "4" })).toBe("a=1, b=2, c=3, …");
  expect(inputsText({ long: "x".repeat(41) })).toBe(`long=${"x".repeat(40)}…`);
});

test("runs are counted by status, and it is said where there are more", () => {
  const [completed, failed] = [{ status: "completed" }, { status: "failed" }] as const;
  expect(tally([], false)).toBe("It has started no run.");
  expect(tally([failed], false)).toBe("1 run: 1 failed");
  expect(tally([failed, completed, completed], true)).toBe("newest 3: 2 completed, 1 failed");
});

test.each([
  [true, `call workflow x { inputs = {} }`],
  [true, `while a.ok { max_iterations = 2 do { if a.ok { call workflow x { inputs = {} } } } }`],
  [true, `always { foreach each { over = list workflow = x max_parallel = 2 inputs = {} } }`],
  [false, `parallel { call left call right } if a.ok { script s { run = "x" } } always { call last }`],
])("%s: runs come of %s", (expected, text) => {
  const { definition } = parseWorkflow(`workflow w { ${text} }`);
  if (definition === undefined) throw new Error("the workflow of the test is wrong");
  expect(startsRuns(definition)).toBe(expected);
});
