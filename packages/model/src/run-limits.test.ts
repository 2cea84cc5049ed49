import { expect, test } from "vitest";
import { keyInputs, limitsOfRun, limitsProblem } from "./run-limits.js";

test("a key is made of inputs, in every spelling; what is not given is empty", () => {
  const key = "{{a}}/{{ inputs.b }}/{{c}}/{{toString}}";
  expect(keyInputs(key)).toEqual(["a", "b", "c", "toString"]);
  const inputs = { a: "{{b}}", b: "x$&" };
  expect(
    limitsOfRun({ concurrency: { key, limit: 1 }, rate: { key: "{{b}}", limit: 1, perMs: 1 } }, inputs),
  ).toEqual({
    concurrency: { key: "{{b}}/x$&//", limit: 1 },
    rate: { key: "x$&", limit: 1, perMs: 1 },
  });
  expect(limitsOfRun({ concurrency: { limit: 2 } }, {})).toEqual({ concurrency: { limit: 2 } });
  expect(limitsOfRun({}, {})).toEqual({});
});

test("limits that cannot be kept are named", () => {
  expect(limitsProblem({ concurrency: { limit: 1_000_001 } })).toMatch(
    /limit of concurrency must be .* 1 to 1000000/,
  );
  expect(limitsProblem({ concurrency: { key: "k", limit: 1, total: 0 } })).toMatch(/total of concurrency/);
  expect(limitsProblem({ rate: { limit: 1, perMs: 1, burst: 0 } })).toMatch(/burst of rate/);
  expect(
    limitsProblem({ concurrency: { key: "k", limit: 1 }, rate: { limit: 1, perMs: 1 } }),
  ).toBeUndefined();
});
