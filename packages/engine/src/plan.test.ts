/** Plans: every node under its path. */
import { expect, test } from "vitest";
import {
  block,
  call,
  child,
  doWhile,
  flow,
  foreach,
  gate,
  parallel,
  script,
  sleep,
  when,
} from "../../../test/support/engine/definitions.js";
import { compile, nodeAt } from "./plan.js";

const onFail = { kind: "agent", agent: { kind: "name", value: "fix" } } as const;

test("nodes of every kind lie under their paths, bodies and on_fail agents included", () => {
  const body = [
    call("a", { onFail }),
    when("x", [script("s", { onFail })]),
    doWhile("a.more", [child("c"), gate("g")]),
    block([sleep("z", "1s"), foreach("f")]),
    parallel([call("p", { onFail })]),
  ];
  const { nodes } = compile(flow(body, { always: [call("clean")] }));
  expect([...nodes].map(([path, { kind }]) => `${path} ${kind}`)).toMatchInlineSnapshot(`
    [
      "b sequence",
      "b.0 call",
      "b.0.f call",
      "b.1 branch",
      "b.1.0 sequence",
      "b.1.0.0 script",
      "b.1.0.0.f call",
      "b.2 loop",
      "b.2.0 sequence",
      "b.2.0.0 child",
      "b.2.0.1 gate",
      "b.3 sequence",
      "b.3.0 sleep",
      "b.3.1 foreach",
      "b.4 parallel",
      "b.4.0 call",
      "b.4.0.f call",
      "a sequence",
      "a.0 call",
    ]
  `);
});

test("an address finds its node whatever the iteration", () => {
  const plan = compile(flow([doWhile("a.more", [call("a")])]));
  expect(nodeAt(plan, "b.0.0@17.0")).toMatchObject({ kind: "call" });
});

test("a state of another definition is a defect", () => {
  expect(() => nodeAt(compile(flow([])), "b.3")).toThrow("no node at b.3");
});

test("a plan of 5,000 nodes holds each once, and the body and the always block", () => {
  const definition = flow(
    Array.from({ length: 100 }, () => block(Array.from({ length: 50 }, (_, index) => call(`c${index}`)))),
  );
  expect(compile(definition).nodes.size).toBe(2 + 100 + 5_000);
});
