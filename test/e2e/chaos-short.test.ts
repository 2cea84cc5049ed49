/** The short form of the chaos run, with the same seed each time unless RUNFLEET_CHAOS_SEED says otherwise. */
import { expect, it } from "vitest";
import { runChaos } from "../support/chaos/run-chaos.js";

it("loses nothing and repeats no result while workers are killed, frozen and cut off and Redis restarts", async () => {
  const seed = Number(process.env["RUNFLEET_CHAOS_SEED"] ?? "1");
  const report = await runChaos({
    ...{ seed, troubleMs: 5_000, blows: ["kill", "freeze", "cut", "restart"] },
    ...{ clockShiftsMs: [0, 3_600_000, 0], perRound: 1, roundMs: 1_200, calmMsMax: 60_000 },
  });
  expect(report.violationCount, "violations").toBe(0);
  expect(report.missed).toEqual([]);
  expect(report.takeovers).toBeGreaterThan(0);
});
