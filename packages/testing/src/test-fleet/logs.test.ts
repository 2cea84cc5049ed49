import { defineAction } from "@runfleet/worker";
import { expect, test } from "vitest";
import { testFleet } from "../index.js";

test("what a run says is followed to its end, an hour later and in an instant", async () => {
  const talk = defineAction({
    name: "talk",
    run: async ({ log, attempt }) => {
      log.info(`attempt ${attempt}`);
      if (attempt === 1) throw new Error("not yet");
      return {};
    },
  });
  const source = 'workflow talking { call talk { retries = 1 retry_delay = "1h" } }';
  const fleet = await testFleet({ workflows: [{ source }], actions: [talk] });
  const run = await fleet.start("talking");
  const heard: string[] = [];
  for await (const { name, text } of run.logs()) heard.push(`${name}: ${text}`);
  expect(heard).toEqual(["talk: attempt 1", "talk: attempt 2"]);
  expect((await run.get()).status).toBe("completed");
  await fleet.close();
});
