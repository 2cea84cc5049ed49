// The explorer itself, on systems small enough to be counted by hand.
import { expect, test } from "vitest";
import { canAlwaysEnd, explore, type Step, type System } from "./explore.js";

const step = (does: string, to: number, isFault: true | false = false): Step<number> => ({
  actor: "it",
  does,
  isFault,
  to,
});

/** Counts by one or two up to five. */
const counting: System<number> = {
  initial: 0,
  stepsFrom: (state) =>
    [step("adds one", state + 1), step("adds two", state + 2)].filter(({ to }) => to <= 5),
  key: String,
  hasEnded: (state) => state === 5,
  always: [],
  everyStep: [],
};

test("every state and every transition is counted once", () => {
  expect(explore(counting, 100)).toEqual({ states: 6, transitions: 9, depth: 3, breach: undefined });
});

test("states with one key are one state", () => {
  const parity = { ...counting, key: (state: number) => String(state === 5 ? state : state % 2) };
  expect(explore(parity, 100).states).toBeLessThan(6);
});

test("a broken rule comes with a shortest trace", () => {
  const always = [{ says: "four is never reached", holds: (state: number) => state !== 4 }];
  expect(explore({ ...counting, always }, 100).breach).toEqual({
    says: "four is never reached",
    trace: ["it: adds two", "it: adds two"],
  });
});

test("a rule about steps sees what was before", () => {
  const everyStep = [
    { says: "three adds one", holds: (before: number, { to }: Step<number>) => before !== 3 || to === 4 },
  ];
  expect(explore({ ...counting, everyStep }, 100).breach?.trace).toEqual([
    "it: adds one",
    "it: adds two",
    "it: adds two",
  ]);
});

test("a state in which nothing can happen any more is told", () => {
  const stuck = { ...counting, hasEnded: (state: number) => state === 6 };
  expect(explore(stuck, 100).breach).toMatchObject({ says: canAlwaysEnd });
});

test("going round for ever without an end is told", () => {
  const stepsFrom = (state: number) =>
    state === 4 ? [step("turns", 6)] : state === 6 ? [step("returns", 4)] : counting.stepsFrom(state);
  expect(explore({ ...counting, stepsFrom }, 100).breach).toEqual({
    says: canAlwaysEnd,
    trace: ["it: adds two", "it: adds two"],
  });
});

test("an end that only a fault can bring does not count", () => {
  const stepsFrom = (state: number) => (state === 4 ? [step("breaks", 5, true)] : counting.stepsFrom(state));
  expect(explore({ ...counting, stepsFrom }, 100).breach?.says).toBe(canAlwaysEnd);
});

test("a system that is too large is refused", () => {
  expect(() => explore(counting, 3)).toThrow("more than 3 states");
});
