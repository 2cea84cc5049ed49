/**
 * Proves that the chaos run notices what it is for: the same run with workers whose writes nobody refuses must show results
 * that were recorded twice, or by somebody who no longer owned the run.
 */
import { expect, test } from "vitest";
import { runChaos } from "../support/chaos/run-chaos.js";

const seed = Number(process.env["RUNFLEET_CHAOS_SEED"] ?? Date.now() % 1_000_000);
const unfenced = new URL("../support/chaos/unfenced-store.mjs", import.meta.url);
const aimed = ["each result is recorded once", "no former owner recorded anything"];

test(`without the fence, results are recorded twice or by former owners (seed ${seed})`, async () => {
  const report = await runChaos({
    ...{ seed, troubleMs: 25_000, blows: ["freeze", "stall"], preloads: [unfenced] },
    ...{ clockShiftsMs: [0, 0, 0, 0], perRound: 2, roundMs: 1_000, calmMsMax: 15_000 },
  });
  expect(report.missed).toEqual([]);
  const found = aimed.flatMap((name) => report.violations.get(name) ?? []);
  expect(found.length, "violations of exactly-once").toBeGreaterThan(0);
}, 180_000);
