import { createRecorder } from "@runfleet/metrics";
import { dayMs, type UsageSums } from "@runfleet/model";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ClientFleet, openClientFleet } from "../../../../test/support/client-fleet.js";
import { countEndedRuns } from "./ended-runs.js";

let under: ClientFleet;
beforeAll(async () => {
  under = await openClientFleet(inject("redisUrl"));
});
afterAll(() => under.close());

type Usage = Parameters<typeof countEndedRuns>[1]["fleet"]["usage"];

function openCounter(options: { readonly usage?: Usage; readonly now?: () => number } = {}) {
  const { usage = under.fleet.usage, ...clock } = options;
  const recorder = createRecorder("server", "shop");
  const look = countEndedRuns(recorder, { fleet: { usage }, ...clock });
  const ended = async (): Promise<Readonly<Record<string, number | undefined>>> => {
    const found = (await recorder.read()).find(({ name }) => name === "runfleet_runs_ended_total");
    return Object.fromEntries(
      (found?.series ?? []).map(({ labels, value }) => [`${labels["workflow"]} ${labels["outcome"]}`, value]),
    );
  };
  return { look, ended };
}

test("a run counts once, whoever ends it: a worker, people, a sweeper that gives it up, and not those who come too late", async () => {
  const { fleet, store, workOn, take } = under;
  const start = async () => (await fleet.start("greet", { inputs: { whom: "ann" } })).id;
  await workOn(await start());
  const { look, ended } = openCounter();
  await look();
  expect(await ended(), "what was before is not counted").toEqual({
    "greet completed": 0,
    "greet failed": 0,
    "greet cancelled": 0,
  });

  await workOn(await start());
  const [terminated, unstarted, looping] = [await start(), await start(), await start()];
  for (const _ of ["once", "again"]) await fleet.terminate(terminated).catch(() => {});
  for (const _ of ["once", "again"]) await fleet.cancel(unstarted, { reason: "enough" }).catch(() => {});
  const { activation, release } = await take(looping);
  const error = { code: "crash_loop", message: "died" };
  const giveUp = {
    ...{ runId: looping, leaseToken: activation.fence.nonce, error, retentionMs: 60_000 },
  };
  for (const tag of ["finished", "duplicate"]) expect((await store.failUnowned(giveUp)).tag).toBe(tag);
  await release();
  await Promise.all([look(), look()]);
  await look();
  expect(await ended()).toEqual({ "greet completed": 1, "greet failed": 1, "greet cancelled": 2 });
});

test("counts across midnight, a new workflow from 0, and all that have no row of their own together", async () => {
  const rows = new Map<string, Readonly<Record<string, number>>>();
  let day = 1;
  const usage = (async ({ from = "" } = {}) => ({
    rows: Object.entries(rows.get(from) ?? {}).map(([workflow, completed]) => ({
      ...{ workflow, runs: { completed, failed: 0, cancelled: 0 } satisfies UsageSums["runs"] },
    })),
  })) as unknown as Usage;
  const { look, ended } = openCounter({ usage, now: () => day * dayMs + 1 });
  rows.set("1970-01-02", { nightly: 5 });
  await look();
  rows.set("1970-01-02", { nightly: 7, fresh: 1, "*": 3 });
  await look();
  expect(await ended()).toMatchObject({ "nightly completed": 2, "fresh completed": 0, "other completed": 0 });
  day = 2;
  rows.set("1970-01-02", { nightly: 8, fresh: 1, "*": 3 });
  rows.set("1970-01-03", { nightly: 1 });
  await look();
  expect(await ended()).toMatchObject({ "nightly completed": 4, "fresh completed": 1, "other completed": 3 });
});
