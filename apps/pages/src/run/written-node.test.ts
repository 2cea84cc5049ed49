/** What a workflow says of a step, found by the step's address. */
import { parseWorkflow } from "@runfleet/language";
import { expect, test } from "vitest";
import { writtenNode } from "./written-node.js";

const { definition } = parseWorkflow(`workflow w {
  if a.ok { call inside { on_fail = rescue } }
  while a.ok { max_iterations = 2 do { script deep { run = "x" } } }
  parallel { call left call right }
  always { call last }
}`);

test.each([
  ["b.0.0.0", "inside"],
  ["b.0.0.0.f", "inside"],
  ["b.1.0@1.0.0", "deep"],
  ["b.2.1", "right"],
  ["a.0", "last"],
])("%s is %s", (address, name) => {
  if (definition === undefined) throw new Error("the workflow of the test is wrong");
  expect(JSON.stringify(writtenNode(definition, address))).toContain(`"${name}"`);
});

test("blocks, and addresses of other definitions, are none", () => {
  if (definition === undefined) throw new Error("the workflow of the test is wrong");
  for (const address of ["b", "b.0", "b.1", "b.2", "b.9", "b.2.9", "b.1.0@0"]) {
    expect(writtenNode(definition, address)).toBeUndefined();
  }
});
