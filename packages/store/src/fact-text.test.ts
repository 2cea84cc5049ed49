import type { Fact } from "@runfleet/model";
import { expect, test } from "vitest";
import { entryIdOf, entryTexts, factText, isAfter, shortNames, toHistoryEvents } from "./fact-text.js";

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

test("a fact lies as the short name of its type and its members in their order, absent ones at the end left out", () => {
  expect(factText({ type: "step.started", kind: "call", ...step })).toBe('["ss","b.0","build",2,"call"]');
  expect(factText({ type: "run.waiting", on: "gate sign" })).toBe('["rw","gate sign"]');
});

test("facts come back as they were, numbered within their entry, with its time", () => {
  const [text = ""] = entryTexts(facts);
  expect(toHistoryEvents("70-3", { facts: text })).toEqual(
    facts.map((fact, index) => ({ ...fact, id: `70-${3_000 + index}`, at: 70 })),
  );
  expect(toHistoryEvents("70-3", { facts: text, at: "60" })[0]?.at).toBe(60);
});

test("every type of fact has a short name of its own, by which it is found again", () => {
  const types = Object.keys(shortNames) as Fact["type"][];
  const written = types.map((type) => factText({ type } as Fact));
  expect(new Set(written).size).toBe(types.length);
  expect(toHistoryEvents("1-0", { facts: written.join("\n") }).map(({ type }) => type)).toEqual(types);
  expect(() => toHistoryEvents("1-0", { facts: '["run.started"]' })).toThrow("no fact is called run.started");
});

test("a lease that the script took from nobody says so", () => {
  const facts = '["ll","one",1]\n["la","two",2,true]\n["la","two",3]';
  expect(toHistoryEvents("1-0", { facts })).toMatchObject([
    { type: "lease.lost", worker: "one", generation: 1 },
    { type: "lease.acquired", worker: "two", generation: 2, tookOver: true },
    { type: "lease.acquired", worker: "two", generation: 3, tookOver: false },
  ]);
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
