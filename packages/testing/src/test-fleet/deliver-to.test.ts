import type { EventSink } from "@runfleet/worker";
import { expect, test } from "vitest";
import { testFleet } from "../index.js";

const greet = { source: "workflow greet { call hello }" };

test("a sink gets what has happened since it was handed something, and a page that it rejected once more", async () => {
  const fleet = await testFleet({ workflows: [greet], actions: { hello: {} } });
  const got: string[] = [];
  let isAway = false;
  const sink: EventSink = {
    name: "archive",
    deliver(events) {
      if (isAway) throw new Error("the archive is away");
      got.push(...events.map(({ runId, type }) => `${runId} ${type}`));
    },
  };
  await (await fleet.start("greet")).result();
  await fleet.deliver(sink);
  expect(got).toContain("greet-1 step.completed");
  expect(got.at(-1)).toBe("greet-1 run.completed");
  const before = got.length;
  await fleet.deliver(sink);
  expect(got).toHaveLength(before);

  await (await fleet.start("greet")).result();
  isAway = true;
  await expect(fleet.deliver(sink)).rejects.toThrow("the archive is away");
  isAway = false;
  await fleet.deliver(sink);
  expect(got.slice(before).every((line) => line.startsWith("greet-2 "))).toBe(true);
  expect(got.at(-1)).toBe("greet-2 run.completed");
});

test("pages are as long as a worker's", async () => {
  const fleet = await testFleet({ workflows: [greet], actions: { hello: {} } });
  for (let run = 0; run < 40; run += 1) await (await fleet.start("greet")).result();
  const pages: number[] = [];
  await fleet.deliver({ name: "counts", deliver: (events) => void pages.push(events.length) });
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.slice(0, -1).every((events) => events === 200)).toBe(true);
});
