/** The short form of the chaos run: about 25 seconds, with the same seed each time unless RUNFLEET_CHAOS_SEED says otherwise. */
import { expect, it } from "vitest";
import { runChaos } from "../support/chaos/run-chaos.js";

it("loses nothing and repeats no result while workers are killed, frozen and restarted", async () => {
  const seed = Number(process.env["RUNFLEET_CHAOS_SEED"] ?? "1");
  const report = await runChaos({ seed, troubleMs: 9_000, workers: 3, perRound: 2, roundMs: 1_200 });
  expect(report.violations).toEqual([]);
  expect(Math.min(...Object.values(report.blows)), "each kind of blow hit").toBeGreaterThan(0);
  expect(report.takeovers).toBeGreaterThan(0);
});
