// The reference's tests of statuses (group Z), asked of the model and of what the engine records. What the stores make
// of statuses is in the store's suite.
import {
  isEnded,
  mayBecome,
  runDocumentSchema,
  runStatuses,
  runTransitions,
  stepDocumentSchema,
} from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { call, flow, gate, parallel } from "../../support/engine/definitions.js";
import { createWorld, failed, hangs, ok } from "../../support/engine/world.js";

const endedStatuses = ["completed", "failed", "cancelled"];
const openStatuses = ["pending", "running", "waiting", "cancelling"];

describe("statuses of runs", () => {
  test("T-STAT-01 documents know exactly the statuses of the model", () => {
    expect([...runDocumentSchema.shape.status.options].sort()).toEqual([...runStatuses].sort());
    expect([...runStatuses].sort()).toEqual([...openStatuses, ...endedStatuses].sort());
  });

  test("T-STAT-02 terminal statuses are exactly three", () => {
    expect(runStatuses.filter(isEnded).sort()).toEqual([...endedStatuses].sort());
  });

  test("T-STAT-03 every other status is of a run that goes on, and leads to an end", () => {
    expect(runStatuses.filter((status) => !isEnded(status)).sort()).toEqual([...openStatuses].sort());
    for (const status of openStatuses) {
      expect(runTransitions[status as keyof typeof runTransitions].some(isEnded), status).toBe(true);
    }
  });

  test("T-STAT-06 a run never is `timed_out`: one whose time is over has failed", () => {
    expect(runStatuses).not.toContain("timed_out");
    expect(runDocumentSchema.shape.status.safeParse("timed_out").success).toBe(false);
    const world = createWorld(flow([gate("human_approval")]), { run: { timeoutMs: 1_000 } });
    world.start();
    expect(world.advance(1_000).ended).toMatchObject({ status: "failed", error: { code: "run_timed_out" } });
  });

  test("T-STAT-07 what has ended stays so, but for the failed run that an operator opens again", () => {
    for (const from of runStatuses) {
      const further = runStatuses.filter((to) => from !== to && mayBecome(from, to));
      if (from === "failed") expect(further.some(isEnded)).toBe(false);
      else expect(further.length > 0, from).toBe(!isEnded(from));
    }
  });

  test("T-STAT-10 a text that is no run status is no document", () => {
    for (const text of ["", "Running", "needs_resume", "done"]) {
      expect(runDocumentSchema.shape.status.safeParse(text).success, text).toBe(false);
    }
  });

  test("T-STAT-11 a text that is no step status is no document", () => {
    for (const text of ["", "Completed", "cancelling", "done"]) {
      expect(stepDocumentSchema.shape.status.safeParse(text).success, text).toBe(false);
    }
  });
});

describe("statuses of steps", () => {
  const ends = () => {
    const branches = [
      call("good"),
      call("bad"),
      call("slow", { timeoutMs: 50 }),
      call("left", { if: { kind: "marker", step: "good", marker: "never" } }),
      call("late"),
    ];
    const world = createWorld(flow([parallel(branches)]), {
      steps: { good: [ok()], bad: [failed("no")], slow: [hangs], late: [hangs] },
      run: { failFast: false },
    });
    world.start();
    return world;
  };

  test("T-STAT-04 a step that completed, failed, was skipped, timed out or was cancelled has an end", () => {
    const skipping = createWorld(flow([call("bad", { onFail: { kind: "continue" } })]), {
      steps: { bad: [failed("no")] },
    });
    skipping.start();
    expect(skipping.state().ends["bad"]?.status).toBe("skipped");
    const world = ends();
    world.cancel();
    world.attemptEnds("b.0.2", 1, { type: "cancelled", reason: "aborted" });
    world.attemptEnds("b.0.4", 1, { type: "cancelled", reason: "aborted" });
    const timing = createWorld(flow([call("slow", { timeoutMs: 50 })]), { steps: { slow: [hangs] } });
    timing.start();
    timing.advance(50);
    timing.attemptEnds("b.0", 1, { type: "cancelled", reason: "timeout" });
    const records = [...world.steps.values(), ...timing.steps.values()];
    const found = new Set(records.map(({ status }) => status));
    for (const status of ["completed", "failed", "timed_out", "cancelled"]) expect(found).toContain(status);
    for (const { status, endedAt } of records) expect(endedAt, status).toBeTypeOf("number");
  });

  test("T-STAT-05 a step that runs or waits has begun and has no end", () => {
    const world = createWorld(flow([parallel([call("slow")]), gate("human_approval")]), {
      steps: { slow: [hangs] },
    });
    world.start();
    expect(world.steps.get("b.0.0#1")).toMatchObject({ status: "running", startedAt: world.now() });
    expect(world.steps.get("b.0.0#1")).not.toHaveProperty("endedAt");
    world.attemptEnds("b.0.0", 1, ok());
    expect(world.steps.get("b.1#1")).toMatchObject({ status: "waiting", startedAt: world.now() });
    expect(world.steps.get("b.1#1")).not.toHaveProperty("endedAt");
  });
});
