import type { Definition } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { greet, openClientFleet } from "../../../test/support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, store } = under;
afterAll(() => under.close());

const namedAs = (name: string): Definition => ({ ...greet, name });

describe("lists", () => {
  test("come in pages, newest first", async () => {
    await fleet.publish([namedAs("paged")]);
    const ids: string[] = [];
    for (const whom of ["a", "b", "c"]) ids.push((await fleet.start("paged", { inputs: { whom } })).id);
    const first = await fleet.list({ workflow: "paged", limit: 2 });
    expect(first.runs).toHaveLength(2);
    const second = await fleet.list({ workflow: "paged", limit: 2, cursor: first.cursor ?? "" });
    expect([...first.runs, ...second.runs].map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(second.cursor).toBeNull();
    await expect(fleet.list({ limit: 501 })).rejects.toMatchObject({ code: "invalid_usage" });
  });

  test("of the fleet show workers and backlog", async () => {
    const worker = {
      id: "w9",
      pid: 9,
      host: "h",
      pools: ["gpu"],
      slots: 4,
      busy: 1,
      version: "0",
      lastSeen: 0,
    };
    await store.announceWorker(worker);
    const { workers, pools } = await fleet.fleet();
    expect(workers).toEqual([
      expect.objectContaining({ id: "w9", lastSeen: expect.stringMatching(/T.*Z$/) }),
    ]);
    expect(pools.map(({ name }) => name)).toEqual(["default", "gpu"]);
    await store.withdrawWorker("w9");
  });
});
