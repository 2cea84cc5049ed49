/**
 * The long chaos run: RUNFLEET_CHAOS_MINUTES of trouble, 2 unless told otherwise, with a new seed each time unless
 * RUNFLEET_CHAOS_SEED names one.
 */
import { expect, test } from "vitest";
import { runChaos } from "../support/chaos/run-chaos.js";

const minutes = Number(process.env["RUNFLEET_CHAOS_MINUTES"] ?? "2");
const seed = Number(process.env["RUNFLEET_CHAOS_SEED"] ?? Date.now() % 1_000_000);
/** Start, and the time until everything has ended and is tidy. */
const aroundMs = 180_000;

test(
  `${minutes} minutes of kills, freezes and restarts lose nothing and repeat no result (seed ${seed})`,
  async () => {
    const report = await runChaos({
      ...{ seed, troubleMs: minutes * 60_000 },
      ...{ workers: 3, perRound: 2, roundMs: 1_500 },
    });
    expect(report.violations).toEqual([]);
    expect(Math.min(...Object.values(report.blows)), "each kind of blow hit").toBeGreaterThan(0);
    expect(report.takeovers).toBeGreaterThan(0);
  },
  minutes * 60_000 + aroundMs,
);
