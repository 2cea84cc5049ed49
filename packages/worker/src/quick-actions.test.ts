import { expect, test } from "vitest";
import { createQuickActions } from "./quick-actions.js";

const quickMs = 1;
const slowMs = 60_000;

test("an action nobody has seen is not quick, and one whose last attempt was is", () => {
  const actions = createQuickActions();
  expect(actions.isQuick("greet")).toBe(false);
  actions.took("greet", quickMs);
  expect(actions.isQuick("greet")).toBe(true);
  expect(actions.isQuick("other")).toBe(false);
});

test("a slow first attempt, as in a fresh process, is forgiven at the first quick one", () => {
  const actions = createQuickActions();
  actions.took("greet", slowMs);
  expect(actions.isQuick("greet")).toBe(false);
  actions.took("greet", quickMs);
  expect(actions.isQuick("greet")).toBe(true);
});

test.each([
  ["was slow", (actions: ReturnType<typeof createQuickActions>) => actions.took("greet", slowMs)],
  ["outlasted its hold", (actions: ReturnType<typeof createQuickActions>) => actions.outlasted("greet")],
])("one that was taken for quick and %s has to be quick ten times in a row", (_, mistake) => {
  const actions = createQuickActions();
  const beQuick = (times: number) => {
    for (let count = 0; count < times; count += 1) actions.took("greet", quickMs);
  };
  beQuick(1);
  mistake(actions);
  beQuick(9);
  expect(actions.isQuick("greet")).toBe(false);
  actions.took("greet", slowMs);
  beQuick(9);
  mistake(actions);
  beQuick(9);
  expect(actions.isQuick("greet")).toBe(false);
  beQuick(1);
  expect(actions.isQuick("greet")).toBe(true);
});

test("a slow end right before the last of ten begins them anew", () => {
  const actions = createQuickActions();
  actions.outlasted("greet");
  for (let count = 0; count < 9; count += 1) actions.took("greet", quickMs);
  actions.took("greet", slowMs);
  actions.took("greet", quickMs);
  expect(actions.isQuick("greet")).toBe(false);
});

test("of a thousand names the oldest is forgotten", () => {
  const actions = createQuickActions();
  for (let count = 0; count < 1_000; count += 1) actions.took(`action ${count}`, quickMs);
  expect(actions.isQuick("action 0")).toBe(true);
  actions.took("one more", quickMs);
  expect(["action 0", "action 1", "one more"].map(actions.isQuick)).toEqual([false, true, true]);
});
