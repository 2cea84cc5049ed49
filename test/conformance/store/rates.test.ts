/** Rates in both stores: how far apart runs start. */
import { delayMsMax, type NewRun } from "@runfleet/model";
import { expect, test } from "vitest";
import { ask, perTenant } from "./limited-runs.js";
import { sampleRun } from "./samples.js";
import { describeTwins } from "./twins.js";

describeTwins("rates", (twin) => {
  const start = async (run: Partial<NewRun>): Promise<number | string> => {
    const reply = await twin().store.createRun(sampleRun({ createdAt: twin().clock.now(), ...run }));
    return reply.tag === "created" ? (reply.delayMs ?? 0) : reply.tag;
  };

  test("starts are spaced evenly, each key for itself, and idle time is not saved up", async () => {
    const of = (key: string): Partial<NewRun> => ({ rate: { key, limit: 3, perMs: 1_000 } });
    expect([await start(of("a")), await start(of("a")), await start(of("a"))]).toEqual([0, 334, 667]);
    expect(await start(of("b"))).toBe(0);
    twin().clock.advance(60_000);
    expect([await start(of("a")), await start(of("a"))]).toEqual([0, 334]);
  });

  test("a burst may come at once", async () => {
    const run = { rate: { limit: 60, perMs: 60_000, burst: 3 } };
    const delays: (number | string)[] = [];
    for (let count = 0; count < 5; count++) delays.push(await start(run));
    expect(delays).toEqual([0, 0, 0, 1_000, 2_000]);
  });

  test("a delayed run is told to be so, is due then, and asks for a permit when its time has come", async () => {
    const { store, clock } = twin();
    const run = (): Partial<NewRun> => ({ ...perTenant("a"), rate: { limit: 1, perMs: 1_000 } });
    expect(await start(run())).toBe(0);
    const late = sampleRun(run());
    expect(await store.createRun(late)).toEqual({ tag: "created", id: late.id, delayMs: 1_000 });
    expect(await store.dueAt(late.id)).toBe(clock.now() + 1_000);
    clock.advance(1_000);
    expect(await ask(twin(), late.id)).toBe("limited");
  });

  test("the longer of the start's own delay and the rate's counts", async () => {
    const run = { rate: { limit: 1, perMs: 1_000 } };
    expect([await start({ ...run, delayMs: 5_000 }), await start({ ...run, delayMs: 500 })]).toEqual([
      5_000, 1_000,
    ]);
  });

  test("a start that would wait longer than the queue can keep it is refused, and nothing is written", async () => {
    const run = { rate: { limit: 1, perMs: delayMsMax } };
    expect([await start(run), await start(run)]).toEqual([0, delayMsMax]);
    expect(await start({ ...run, idempotencyKey: "k" })).toBe("rate_full");
    expect((await twin().store.listRuns({ limit: 10 })).rows).toHaveLength(2);
    expect(await start({ idempotencyKey: "k" })).toBe(0);
  });

  test("a repeated start is the same run and takes no turn of the rate", async () => {
    const run = sampleRun({ rate: { limit: 1, perMs: 1_000 } });
    await twin().store.createRun(run);
    expect(await twin().store.createRun(run)).toMatchObject({ tag: "exists" });
    expect(await start({ rate: { limit: 1, perMs: 1_000 } })).toBe(1_000);
  });

  test("what an operator sets goes before, also where nothing was said", async () => {
    const { store } = twin();
    await store.setLimit({ workflow: "review", rate: { limit: 2, perMs: 1_000 } });
    expect([await start({}), await start({}), await start({ rate: { limit: 1, perMs: 60_000 } })]).toEqual([
      0, 500, 1_000,
    ]);
    await store.removeLimit("review");
    expect(await start({})).toBe(0);
  });
});
