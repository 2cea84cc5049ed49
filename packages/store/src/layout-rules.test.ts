import type { WorkerPresence } from "@runfleet/model";
import { expect, test } from "vitest";
import { clientProblem, layoutProblem, raiseProblem } from "./layout-rules.js";

/** Data of layout 4, beside which code of layout 3 may write. */
const stored = { version: 4, oldestWriter: 3, writtenBy: "0.7.0" };
const worker = (id: string, more: Partial<WorkerPresence> = {}): WorkerPresence => ({
  ...{ id, pid: 1, host: "h", pools: [], slots: 1, busy: 0, version: "0.1.0", lastSeen: 0, ...more },
});

test("nobody minds data that is not there yet", () => {
  const code = { version: 9, oldestWriter: 9, oldestRead: 9 };
  expect(layoutProblem(undefined, code)).toBeUndefined();
  expect(clientProblem(undefined, code)).toBeUndefined();
  expect(raiseProblem(undefined, code, [worker("w")])).toBeUndefined();
});

test.each([
  ["code of two layouts before", { version: 2, oldestWriter: 1, oldestRead: 1 }, "in version 0.7.0 or newer"],
  ["code of the layout before", { version: 3, oldestWriter: 1, oldestRead: 1 }, undefined],
  ["code of the same layout", { version: 4, oldestWriter: 3, oldestRead: 1 }, undefined],
  ["newer code beside which this one may write", { version: 5, oldestWriter: 4, oldestRead: 2 }, undefined],
  ["newer code that reads this", { version: 6, oldestWriter: 6, oldestRead: 4 }, undefined],
  ["newer code that does not", { version: 7, oldestWriter: 7, oldestRead: 5 }, "that reads both"],
] as const)("%s", (_what, code, problem) => {
  const told = layoutProblem(stored, code);
  if (problem === undefined) expect(told).toBeUndefined();
  else expect(told).toContain(problem);
});

test("what workers of the data's layout could not read, only workers begin to write, and when those have gone", () => {
  const code = { version: 6, oldestWriter: 6, oldestRead: 4 };
  expect(clientProblem(stored, code)).toContain("upgrade the workers first");
  expect(raiseProblem(stored, code, [worker("new", { layout: 6 })])).toBeUndefined();
  const beside = [worker("new", { layout: 6 }), worker("old", { layout: 4 }), worker("oldest")];
  expect(raiseProblem(stored, code, beside)).toMatch(/stop them first: old \(0\.1\.0\), oldest \(0\.1\.0\)$/);
  const gentle = { version: 5, oldestWriter: 4, oldestRead: 4 };
  expect([clientProblem(stored, gentle), raiseProblem(stored, gentle, beside)]).toEqual([
    undefined,
    undefined,
  ]);
});
