import type { HistoryEvent } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";
import { createClient } from "./create-client.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, namespace } = under;
afterAll(() => under.close());

describe("a client", () => {
  test("says quickly that Redis is not there", async () => {
    const away = createClient({ redis: "redis://127.0.0.1:1", namespace });
    const begun = performance.now();
    await expect(away.start("greet", { inputs: { whom: "x" } })).rejects.toMatchObject({
      code: "redis_unavailable",
    });
    expect(performance.now() - begun).toBeLessThan(20_000);
    await away.close();
  });

  test("refuses an address that is none, without repeating it", () => {
    expect(() => createClient({ redis: "http://user:hunter2@host" })).toThrowError(/not a redis:\/\//);
    expect(() => createClient({ redis: "http://user:hunter2@host" })).not.toThrowError(/hunter2/);
    expect(() => createClient({ namespace: "a{b}" })).toThrowError(/namespace/);
  });

  test("ends every wait when it is closed", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you" } });
    const other = createClient({ redis: inject("redisUrl"), namespace });
    const waiting = expect(other.result(run.id)).rejects.toMatchObject({
      code: expect.stringMatching(/timeout|redis_unavailable/),
    });
    const followed = (async () => {
      const events: HistoryEvent[] = [];
      for await (const event of other.events(run.id)) events.push(event);
      return events;
    })().catch((error: unknown) => error);
    await other.fleet();
    await other.close();
    await other.close();
    await waiting;
    await followed;
  });
});
