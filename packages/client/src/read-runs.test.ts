import type { Definition } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { greet, openClientFleet } from "../../../test/support/client-fleet.js";
import type { ListOptions } from "./client-options.js";

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

  test("are by a label or by how it begins, with workflow and status, page by page", async () => {
    await fleet.publish([namedAs("labelled"), namedAs("other")]);
    const start = async (workflow: string, label: string) =>
      (await fleet.start(workflow, { inputs: { whom: "a" }, label })).id;
    const first = await start("labelled", "order 17");
    const second = await start("labelled", "order 17");
    const third = await start("other", "order 170");
    await fleet.cancel(second);
    const ids = async (options: ListOptions) => (await fleet.list(options)).runs.map(({ id }) => id);
    expect(await ids({ label: "order 17" })).toEqual([second, first]);
    expect(await ids({ label: "order 17", status: "pending" })).toEqual([first]);
    const { runs, cursor } = await fleet.list({ labelPrefix: "order", limit: 1 });
    expect(runs.map(({ id }) => id)).toEqual([third]);
    expect(await ids({ labelPrefix: "order", cursor: cursor ?? "" })).toEqual([second, first]);
    expect(await ids({ labelPrefix: "order", workflow: "other" })).toEqual([third]);
  });

  test.each([
    ["a label and a prefix", { label: "a", labelPrefix: "a" }],
    ["a label of children", { label: "a", parent: "R" }],
    ["root runs of a parent", { roots: true, parent: "R" }],
    ["an empty prefix", { labelPrefix: "" }],
    ["a label that no run can have", { label: "a\0b" }],
    ["a cursor of another list", { labelPrefix: "a", cursor: "000001800000000:01J9ZK3T5V" }],
    ["a cursor of another prefix", { labelPrefix: "a", cursor: "cHItNw.000001800000000:01J9ZK3T5V" }],
  ])("are refused by %s", async (_, options) => {
    await expect(fleet.list(options)).rejects.toMatchObject({ code: "invalid_usage" });
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

  test("of the fleet show which worker feeds which sink, and since when it lacks an event", async () => {
    const claim = { sink: "archive", workerId: "w9" };
    await store.claimSink({ ...claim, ttlMs: 60_000 });
    await under.workOn((await fleet.startDefinition(namedAs("led"), { inputs: { whom: "a" } })).id, {});
    const iso = expect.stringMatching(/T.*Z$/);
    const led = { what: "sink", name: "archive", worker: "w9", until: iso };
    expect((await fleet.fleet()).leads).toEqual([{ ...led, behindSince: iso }]);
    const after = (await store.readFleetEvents({ after: "0-0", limit: 500 })).events.at(-1)?.id ?? "";
    await store.claimSink({ ...claim, ttlMs: 60_000, after });
    expect((await fleet.fleet()).leads).toEqual([{ ...led, behindSince: null }]);
    await store.claimSink({ ...claim, ttlMs: 0 });
    expect((await fleet.fleet()).leads).toEqual([{ ...led, worker: null, until: null, behindSince: null }]);
  });
});
