/** Children of a run as people see them. */
import type { RunExplanation, RunRow } from "@runfleet/client";
import pc from "picocolors";
import { expect, test } from "vitest";
import { blockedBelow, familyLines } from "./family-lines.js";

const options = { colours: pc.createColors(false), now: 0, columns: 120, program: "runfleet" };
const at = "1970-01-01T00:00:00.000Z";

const child = (id: string, status: RunRow["status"], more: Partial<RunRow> = {}): RunRow =>
  ({
    ...{ id, status, workflow: "leaf", blockedOn: [], error: null, startedAt: null, endedAt: null },
    ...more,
  }) as unknown as RunRow;

test("of a thousand children ten are shown, those first that want a look, and all are counted", () => {
  const gate = {
    type: "gate",
    address: "b.0",
    name: "ok",
    gateType: "human_approval",
    deadline: at,
    since: at,
  } as const;
  const children = [
    ...Array.from({ length: 997 }, (_, n) => child(`c${n}`, "completed")),
    child("r", "running"),
    child("w", "waiting", { blockedOn: [gate] }),
    child("f", "failed", { error: { code: "step_failed", message: "no disk" } }),
  ];
  const lines = familyLines({ runId: "R", children, hasMore: false }, options);
  expect(lines).toHaveLength(12);
  expect(lines[0]).toBe("  1000 child runs: 1 running, 1 waiting, 997 completed, 1 failed");
  expect(lines[1]).toMatch(/leaf {2}f {2}failed .*step_failed: no disk/);
  expect(lines[2]).toMatch(/leaf {2}w {2}waiting .*waits for gate ok/);
  expect(lines[3]).toMatch(/leaf {2}r {2}running/);
  expect(lines[11]).toBe("    … all of them: runfleet list --parent R");
});

test("few children are all shown, none says nothing", () => {
  const two = [child("a", "completed"), child("b", "completed")];
  expect(familyLines({ runId: "R", children: two, hasMore: false }, options)).toHaveLength(3);
  expect(familyLines({ runId: "R", children: two, hasMore: true }, options)[0]).toMatch(
    /the newest 2 child runs/,
  );
  expect(familyLines({ runId: "R", children: [], hasMore: false }, options)).toEqual([]);
});

test("an ancestor names the run at the bottom that everything waits for", () => {
  const told = (id: string, because: RunExplanation | null): RunExplanation => ({
    ...{ id, workflow: `w-${id}`, status: "waiting", cause: "child", sentence: `says ${id}`, remedy: "" },
    because,
  });
  expect(blockedBelow(told("top", told("middle", told("leaf", null))))).toEqual([
    "  because run leaf (w-leaf): says leaf",
  ]);
  expect(blockedBelow(told("top", null))).toEqual([]);
});
