/**
 * Redis fails over to a real replica that misses the last writes: every run goes on from its last commit that survived,
 * former owners are fenced, steps whose results survived are not repeated. Then a planned change of the primary, whose old
 * server lives on and refuses writes.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { HistoryEvent } from "@runfleet/model";
import { connectRedis, partitionTag } from "@runfleet/store";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readLeftovers } from "../support/chaos/evidence.js";
import { type FailoverScene, openFailoverScene } from "../support/chaos/failover-scene.js";
import { eventually } from "../support/eventually.js";
import type { LedgerLine } from "../support/processes/actions.mjs";

/** Longer than the failover itself takes, so that owners still have their leases when they hear of it. */
const leaseTtlMs = 3_000;
/** How long the old server of a planned change is the one that all are led to. */
const refusingMs = 1_200;
/** Of two workers and a producer together, while nothing can be written: 10 to 21 were measured, thousands if they spin. */
const refusalsPerSecondMax = 200;
const sources = {
  // Its owner goes on in a history that is lost.
  behind: "call kept call held_lost call held_next",
  // Nothing of it is lost.
  quiet: "call kept call held_quiet",
  // Its end is lost.
  ended: "call kept call held_lost",
  // An answer is lost, and with it all that followed.
  gated: 'call kept gate human_review { prompt = "go on?" } call held_send',
  // At most once, begun before anything was lost.
  doubtful: "call kept parallel { call held_pay call held_lost }",
  // The whole run is lost.
  fresh: "call held_fresh",
  planned: "call kept call held_planned call last",
} as const;
type Name = keyof typeof sources;
const workflows = Object.entries(sources).map(([name, body]) => `workflow ${name} { ${body} }`);
const before = ["behind", "quiet", "ended", "gated", "doubtful"] as const;

describe.skipIf(inject("redisKind") === "js")("Redis fails over", () => {
  let scene: FailoverScene;
  const ids = {} as Record<Name, string>;
  let lostId: string;
  let refused: unknown;
  let read: string;

  const start = async (name: Name): Promise<string> => {
    const { id } = await scene.fleet.client.start(name, { idempotencyKey: `the one ${name}` });
    ids[name] = id;
    return id;
  };
  const lines = (runId: string, action: string, what: LedgerLine["what"] = "begun"): readonly LedgerLine[] =>
    scene.fleet.ledger({ action, what }).filter(({ key }) => key.startsWith(`${runId}:`));
  const seen = (runId: string, action: string, what: LedgerLine["what"] = "begun"): Promise<LedgerLine> =>
    eventually(`${action} of ${runId} is ${what}`, () => lines(runId, action, what)[0]);
  const asked = (name: Name) =>
    eventually(`somebody is asked about ${name}`, async () => {
      const { gates } = await scene.fleet.client.gates({ runId: ids[name] });
      return gates[0];
    });
  const completed = async (name: Name): Promise<void> => {
    const run = await scene.fleet.client.result(ids[name], { timeoutMs: 30_000 });
    expect(run, name).toMatchObject({ status: "completed" });
  };

  beforeAll(async () => {
    scene = await openFailoverScene({ leaseTtlMs, workflows });
    const { client, free } = scene.fleet;
    for (const name of before) await start(name);
    await asked("gated");
    for (const [action, times] of Object.entries({ held_lost: 3, held_quiet: 1, held_pay: 1 }))
      await eventually(`${action} waits ${times} times`, () =>
        scene.fleet.ledger({ action }).length === times ? true : undefined,
      );
    await scene.cutReplication();
    free("held_lost");
    await client.approve(ids.gated);
    lostId = await start("fresh");
    await completed("ended");
    await Promise.all([
      seen(ids.behind, "held_next"),
      seen(ids.gated, "held_send"),
      seen(lostId, "held_fresh"),
    ]);
    await eventually("the result of a branch is stored", async () => {
      const { steps } = await client.get(ids.doubtful);
      return steps.find(({ name }) => name === "held_lost")?.status === "completed" ? true : undefined;
    });
    await scene.crash();
    read = (await eventually("it can be read", () => client.get(ids.behind).catch(() => undefined))).status;
    refused = await client.start("fresh").catch((error: unknown) => error);
    await scene.promote();
    await Promise.all([seen(ids.gated, "held_send", "aborted"), seen(lostId, "held_fresh", "aborted")]);
    free("held_next", "held_quiet", "held_pay", "held_send", "held_fresh");
  });
  afterAll(() => scene?.close());

  it("a replica that is not promoted yet is read, and refuses producers with an error worth a retry", () => {
    expect(read).toBe("running");
    expect(refused).toMatchObject({ code: "redis_unavailable", retryable: true });
  });

  it("an owner that only the lost history knows is told so, and its attempt aborted", async () => {
    for (const [id, action] of [
      [ids.gated, "held_send"],
      [lostId, "held_fresh"],
    ] as const)
      expect(await seen(id, action, "aborted")).toMatchObject({ reason: "lease_lost" });
  });

  it("what was forgotten is said again: a start under its key, an answer", async () => {
    await expect(scene.fleet.client.get(lostId)).rejects.toMatchObject({ code: "run_not_found" });
    await start("fresh");
    await asked("gated");
    await scene.fleet.client.approve(ids.gated);
    await Promise.all([completed("fresh"), completed("gated")]);
  });

  it("at most once holds for what survived: a person is asked, nothing is begun again", async () => {
    expect(await asked("doubtful")).toMatchObject({ gateType: "in_doubt", name: "held_pay" });
    await scene.fleet.client.approve(ids.doubtful, "held_pay", { result: { markers: ["paid"] } });
    await completed("doubtful");
    expect(lines(ids.doubtful, "held_pay")).toHaveLength(1);
  });

  it("all other runs complete by themselves", () =>
    Promise.all([completed("behind"), completed("quiet"), completed("ended")]));

  it("what is lost is executed again with the same key and a larger token, and nothing else is", async () => {
    const times = (name: Name, action: string) => lines(ids[name], action).length;
    for (const name of before) expect(times(name, "kept"), name).toBe(1);
    for (const name of ["behind", "ended", "doubtful"] as const) expect(times(name, "held_lost")).toBe(2);
    expect(times("behind", "held_next")).toBe(2);
    // Its owner goes on, unless the whole failover took longer than its lease.
    expect(times("quiet", "held_quiet")).toBe(1 + (await scene.fleet.leasesLost(ids.quiet)));
    // It was begun in the lost history alone: nobody knows, nobody asks.
    expect(times("gated", "held_send")).toBe(2);
    const tokens = new Map<string, number>();
    for (const { key, attempt, token } of scene.fleet.ledger({ what: "begun" })) {
      expect(attempt).toBe(1);
      expect(token, key).toBeGreaterThan(tokens.get(key) ?? 0);
      tokens.set(key, token);
    }
  });

  it("what is recorded was made by the run's owner of that time", async () => {
    for (const id of Object.values(ids)) {
      let generation = 0;
      for await (const event of scene.fleet.client.events(id, { until: "history" })) {
        if (event.type === "lease.acquired") {
          expect(event.generation).toBeGreaterThan(generation);
          generation = event.generation;
        }
        if (!isOfAction(event)) continue;
        const key = `${id}:${event.address}`;
        expect(
          scene.fleet.ledger({ key, what: "done", token: generation }),
          `${event.name} ${key}`,
        ).toHaveLength(1);
      }
    }
  });

  it("a planned change loses nothing, though the old server lives on, keeps its connections and refuses writes", async () => {
    const { client, free } = scene.fleet;
    await start("planned");
    await seen(ids.planned, "held_planned");
    const old = scene.primary();
    const { changeAddress } = await scene.handOver();
    await old.command("CONFIG", "RESETSTAT");
    const beganAt = performance.now();
    free("held_planned");
    const heard = await client.start("fresh").catch((error: unknown) => error);
    expect(heard).toMatchObject({ code: "redis_unavailable", retryable: true });
    await pause(refusingMs);
    const refusals = await old.figure("errorstat_READONLY");
    expect(refusals).toBeGreaterThan(0);
    expect((refusals * 1_000) / (performance.now() - beganAt)).toBeLessThan(refusalsPerSecondMax);
    changeAddress();
    await completed("planned");
    for (const action of ["kept", "last"]) expect(lines(ids.planned, action)).toHaveLength(1);
    expect(lines(ids.planned, "held_planned")).toHaveLength(1 + (await scene.fleet.leasesLost(ids.planned)));
    const { id } = await eventually("a producer is served", () =>
      client.start("fresh").catch(() => undefined),
    );
    await client.result(id, { timeoutMs: 30_000 });
  });

  it("nothing is stuck, and no worker has ended", async () => {
    const tag = partitionTag(scene.fleet.place.namespace, 0);
    const redis = connectRedis(scene.primary().url, { role: "client", tag });
    const left = () => readLeftovers(redis, tag);
    await eventually("Redis is tidy", async () => ((await left()).length === 0 ? true : undefined)).catch(
      () => {},
    );
    expect(await left()).toEqual([]);
    redis.disconnect();
    const states = scene.workers.map(({ ended }) => Promise.race([ended, "lives"]));
    expect(await Promise.all(states)).toEqual(["lives", "lives"]);
  });
});

function isOfAction(event: HistoryEvent): event is Extract<HistoryEvent, { type: "step.completed" }> {
  return event.type === "step.completed" && !["human_review", "held_pay"].includes(event.name);
}
