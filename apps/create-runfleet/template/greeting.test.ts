// The workflow tried in memory: no Redis, no processes, and a clock that jumps over the days a gate is open.
import { testFleet } from "@runfleet/testing";
import { expect, test } from "vitest";
import config from "./runfleet.config.js";

const openTestFleet = () => testFleet({ workflows: ["workflows/greeting.wf"], config });

test("a short name is greeted at once", async () => {
  const fleet = await openTestFleet();
  const run = await fleet.start("greeting", { inputs: { who: "Ada" } });
  const { status, steps } = await run.result();
  expect(status).toBe("completed");
  expect(steps.at(-1)?.context).toContain("Hello, Ada!");
});

test("a long name waits for a person, two days if it must be", async () => {
  const fleet = await openTestFleet();
  const run = await fleet.start("greeting", { inputs: { who: "Rumpelstiltskin" } });
  await run.untilGate("human_approval");
  await fleet.advance("2 days");
  await run.approve("human_approval", { by: "ann" });
  expect(await run.result()).toMatchObject({ status: "completed" });
});
