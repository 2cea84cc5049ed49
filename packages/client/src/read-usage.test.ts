import { dayMs, dayNumber, otherWorkflows } from "@runfleet/model";
import { createMemoryLeases, createMemoryStore } from "@runfleet/store";
import { expect, test } from "vitest";
import { sampleFinish, sampleRun } from "../../../test/conformance/store/samples.js";
import type { UsageOptions } from "./client-options.js";
import { readUsage } from "./read-usage.js";

let now = (dayNumber("2026-11-28") ?? 0) * dayMs;
const store = createMemoryStore({ now: () => now });
const leases = createMemoryLeases({ now: () => now, store });

async function runOnce(workflow: string, costUsd: number, outputTokens = 0): Promise<void> {
  const run = sampleRun({ workflow });
  await store.createRun(run);
  const held = await leases.acquire(run.id, 60_000);
  const leaseToken = held.tag === "held" ? held.lease.token : "";
  const reply = await store.activate({ runId: run.id, leaseToken, owner: "w1", recoveriesMax: 5 });
  if (reply.tag !== "activated") throw new Error(reply.tag);
  await store.finish(sampleFinish(reply.activation.fence, { usage: { costUsd, outputTokens } }));
}

for (const [day, runs] of [
  [
    "2026-11-28",
    [
      ["cheap", 0.1],
      ["dear", 2],
    ],
  ],
  [
    "2026-11-30",
    [
      ["cheap", 0.2],
      ["dear", 3],
      ["free", 0],
      ["talkative", 0, 50],
    ],
  ],
] as const) {
  now = (dayNumber(day) ?? 0) * dayMs;
  for (const [workflow, costUsd, tokens] of runs) await runOnce(workflow, costUsd, tokens);
}

const fleet = { store, time: { now: () => now } };
const ask = (options: UsageOptions) => readUsage(fleet, { from: "2026-11-28", to: "2026-11-30", ...options });
const lines = async (options: UsageOptions) =>
  (await ask(options)).rows.map(({ day, workflow, costUsd, runs }) => [
    day,
    workflow,
    costUsd,
    runs.completed,
  ]);

test("both: a row for each workflow on each day, the most expensive workflow first, and the totals of all", async () => {
  expect(await lines({})).toEqual([
    ["2026-11-28", "dear", 2, 1],
    ["2026-11-28", "cheap", 0.1, 1],
    ["2026-11-30", "dear", 3, 1],
    ["2026-11-30", "cheap", 0.2, 1],
    ["2026-11-30", "talkative", 0, 1],
    ["2026-11-30", "free", 0, 1],
  ]);
  const { totals, from, to, by } = await ask({});
  expect(totals).toMatchObject({
    costUsd: 5.3,
    outputTokens: 50,
    runs: { completed: 6, failed: 0, cancelled: 0 },
  });
  expect({ from, to, by }).toEqual({ from: "2026-11-28", to: "2026-11-30", by: "both" });
});

test("by day: a row for every day of the range, by workflow one for all days", async () => {
  expect(await lines({ by: "day" })).toEqual([
    ["2026-11-28", null, 2.1, 2],
    ["2026-11-29", null, 0, 0],
    ["2026-11-30", null, 3.2, 4],
  ]);
  expect(await lines({ by: "workflow", from: "2026-11-30" })).toEqual([
    [null, "dear", 3, 1],
    [null, "cheap", 0.2, 1],
    [null, "talkative", 0, 1],
    [null, "free", 0, 1],
  ]);
});

test("workflows beyond the most expensive ones share a row, so that sums stay whole", async () => {
  expect(await lines({ by: "workflow", top: 1 })).toEqual([
    [null, "dear", 5, 2],
    [null, otherWorkflows, 0.3, 4],
  ]);
  expect((await lines({ top: 1 })).at(-1)).toEqual(["2026-11-30", otherWorkflows, 0.2, 3]);
});

test("one workflow alone", async () => {
  expect(await lines({ workflow: "cheap", by: "day", from: "2026-11-30" })).toEqual([
    ["2026-11-30", null, 0.2, 1],
  ]);
  expect(await lines({ workflow: "unknown" })).toEqual([]);
});

test("without days: the last thirty, today included", async () => {
  expect(await readUsage(fleet, {})).toMatchObject({ from: "2026-11-01", to: "2026-11-30" });
});

test.each([
  [{ from: "2026-12-01" }, "from (2026-12-01) must not come after to (2026-11-30)"],
  [{ from: "2020-01-01" }, "at most 400 days"],
  [{ to: "30.11.2026" }, 'to must be a day like 2026-11-30, not "30.11.2026"'],
  [{ top: 0 }, "top must be a whole number from 1 to 250, not 0"],
  [{ by: "hour" as "day" }, "by must be one of day, workflow, both"],
  [{ from: "2026-01-01", top: 250 }, "more than 10000 rows"],
])("%j is refused", async (options, why) => {
  await expect(ask(options)).rejects.toMatchObject({
    code: "invalid_usage",
    message: expect.stringContaining(why),
  });
});
