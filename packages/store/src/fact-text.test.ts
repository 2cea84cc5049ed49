import type { Fact } from "@runfleet/model";
import { expect, test } from "vitest";
import { entryIdOf, entryTexts, factText, isAfter, toHistoryEvents } from "./fact-text.js";

const step = { address: "b.0", name: "build", attempt: 2 };
const facts: readonly Fact[] = [
  { type: "run.started", workflow: "ship it\n" },
  { type: "run.waiting", on: "gate sign" },
  { type: "run.waiting", on: "gate sign", until: 5 },
  { type: "step.started", kind: "call", ...step },
  { type: "step.failed", error: { code: "step_failed", message: "no\nway" }, ...step },
  {
    ...{ type: "gate.resolved", address: "b.1", name: "sign", verdict: "approved", by: "ada" },
    selections: ["x"],
  },
  { type: "branch.taken", address: "b.2", taken: false, condition: "build.ok" },
  { type: "run.completed" },
];

test("a fact lies as its type and its members in their order, absent ones at the end left out", () => {
  expect(factText({ type: "step.started", kind: "call", ...step })).toBe(
    '["step.started","b.0","build",2,"call"]',
  );
  expect(factText({ type: "run.waiting", on: "gate sign" })).toBe('["run.waiting","gate sign"]');
});

test("facts come back as they were, numbered within their entry, with its time", () => {
  const [text = ""] = entryTexts(facts);
  expect(toHistoryEvents("70-3", { facts: text })).toEqual(
    facts.map((fact, index) => ({ ...fact, id: `70-${3_000 + index}`, at: 70 })),
  );
  expect(toHistoryEvents("70-3", { facts: text, at: "60" })[0]?.at).toBe(60);
});

test("many facts are several entries", () => {
  const many = Array.from({ length: 250 }, (_, iteration) => ({
    ...({ type: "loop.iterated", address: "b", iteration } as const),
  }));
  const texts = entryTexts(many);
  expect(texts).toHaveLength(3);
  expect(
    texts.flatMap((text, index) => toHistoryEvents(`9-${index}`, { facts: text })).map(({ id }) => id),
  ).toHaveLength(250);
  expect(entryTexts([])).toEqual([]);
});

test("an id says in which entry its fact lies, and what comes after it", () => {
  expect(entryIdOf("70-3007")).toBe("70-3");
  expect(entryIdOf("0-0")).toBe("0-0");
  expect(entryIdOf("0")).toBe("0-0");
  expect(isAfter("70-3001", "70-3000")).toBe(true);
  expect(isAfter("70-3000", "70-3000")).toBe(false);
  expect(isAfter("70-10000", "70-9999")).toBe(true);
  expect(isAfter("71-0", "70-9999")).toBe(true);
  expect(isAfter("1-0", "0")).toBe(true);
});
