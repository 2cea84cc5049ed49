/**
 * The scaling policy on a pool of workers under load: no run waits longer than the target, none loses its slot to scaling in.
 * Scaling by the length of the list of ready runs, on the same loads, does both. The guide shows the numbers;
 * RUNFLEET_REWRITE=1 writes them there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../packages/testing/src/simulated/random.js";
import { loads } from "./scaling/loads.js";
import { runCluster } from "./scaling/pool-model.js";
import { runfleetScaler } from "./scaling/scalers.js";
import { compare, tableText, targetMs } from "./scaling/table.js";

const guide = new URL("../../docs/guides/scaling.md", import.meta.url);
const tablePattern = /\| load \|.*\n(?:\|.*\n)+/;
const rows = compare();

describe("the policy", () => {
  test.each(loads.map(({ name }) => name))(
    "on the load %s keeps the target and interrupts nothing",
    (name) => {
      const row = rows.find(({ load, scaler }) => load.name === name && scaler === "runfleet");
      expect(row?.longestMs).toBeLessThanOrEqual(targetMs);
      expect(row?.result).toMatchObject({ interrupted: 0, unfinished: 0 });
    },
  );

  test("leaves no worker where nothing is to be done", () => {
    for (const { load, result } of rows.filter(({ scaler }) => scaler === "runfleet"))
      expect({
        load: load.name,
        fewest: Math.min(...result.seen.slice(1).map(({ wanted }) => wanted)),
      }).toEqual({
        ...{ load: load.name, fewest: ["step", "sawtooth", "mixture"].includes(load.name) ? 1 : 0 },
      });
  });

  test("where any worker may be hit, keeps all of them while anything is in hand", () => {
    const load = loads.find(({ name }) => name === "long runs") ?? expect.unreachable();
    const hit = (busyWorkers: "keep" | "keep-all") => {
      const scaler = runfleetScaler({ busyWorkers });
      return runCluster({ load, scaler, victims: "any", chance: createRandom(1).next }).interrupted;
    };
    expect(hit("keep-all")).toBe(0);
    expect(hit("keep")).toBeGreaterThan(0);
  });
});

test("the length of the list keeps no target where runs are long, and interrupts them", () => {
  const bad = rows.filter(({ scaler, longestMs }) => scaler === "list length" && longestMs > targetMs);
  expect(bad.map(({ load }) => load.name)).toEqual(["daily curve", "long runs", "mixture"]);
  for (const { result } of bad) expect(result.interrupted).toBeGreaterThan(0);
});

test("the guide shows these numbers", () => {
  const text = readFileSync(guide, "utf8");
  const table = `${tableText(rows)}\n`;
  if (process.env["RUNFLEET_REWRITE"] === "1") writeFileSync(guide, text.replace(tablePattern, table));
  else expect(tablePattern.exec(text)?.[0]).toBe(table);
});
