/**
 * The long chaos run: RUNFLEET_CHAOS_MINUTES of trouble, 2 unless told otherwise, with a new seed each time unless
 * RUNFLEET_CHAOS_SEED names one. One worker's clock is an hour fast, one's an hour slow.
 */
import { expect, test } from "vitest";
import { runChaos } from "../support/chaos/run-chaos.js";
import { type Blow, blows } from "../support/chaos/trouble.js";

const minutes = Number(process.env["RUNFLEET_CHAOS_MINUTES"] ?? "2");
const seed = Number(process.env["RUNFLEET_CHAOS_SEED"] ?? Date.now() % 1_000_000);
const hourMs = 3_600_000;
/** Start, and the time until everything has ended and is tidy. */
const aroundMs = 240_000;

test(
  `${minutes} minutes of trouble lose nothing and repeat no result (seed ${seed})`,
  async () => {
    const report = await runChaos({
      ...{ seed, troubleMs: minutes * 60_000, blows: Object.keys(blows) as Blow[] },
      ...{ clockShiftsMs: [0, hourMs, -hourMs, 0], perRound: 1, roundMs: 2_000, calmMsMax: 90_000 },
    });
    expect(report.violationCount, "violations").toBe(0);
    expect(report.missed, "every kind of trouble really happened").toEqual([]);
    expect(report.takeovers).toBeGreaterThan(0);
  },
  minutes * 60_000 + aroundMs,
);
