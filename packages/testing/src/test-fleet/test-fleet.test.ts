import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Definition } from "@runfleet/model";
import { defineAction, type WorkerConfig } from "@runfleet/worker";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { effect, pause, scripted, type TestFleetOptions, testFleet } from "../index.js";

const wf = (body: string) => ({ source: `workflow ${body}` });

const review = wf(`review-pr {
  inputs { pr required }
  call review
  gate human_review { prompt = "Ship {{pr}}?" timeout = "7d" }
  call charge { retries = 2 retry_delay = "1h" }
}`);
const actions = {
  review: { markers: ["approved"] },
  charge: scripted([new Error("no connection"), { markers: ["charged"], context: "12 EUR" }]),
};
const days = 86_400_000;

test("a run waits three days for a person and goes on, in an instant", async () => {
  const fleet = await testFleet({ workflows: [review], actions });
  const begun = performance.now();
  const run = await fleet.start("review-pr", { inputs: { pr: "7" } });
  const gate = await run.untilGate("human_review");
  expect(gate).toMatchObject({ runId: "review-pr-1", name: "human_review", prompt: "Ship 7?" });
  const opened = fleet.now();
  await fleet.advance("3 days");
  expect(fleet.now() - opened).toBe(3 * days);
  await run.approve("human_review", { feedback: "ship it" });
  const { status, steps } = await run.result();
  expect(status).toBe("completed");
  expect(steps.map((step) => [step.name, step.status, step.attempt, step.markers])).toEqual([
    ["review", "completed", 1, ["approved"]],
    ["human_review", "completed", 1, []],
    ["charge", "failed", 1, []],
    ["charge", "completed", 2, ["charged"]],
  ]);
  expect(fleet.calls.map(({ action, attempt }) => `${action} ${attempt}`)).toEqual([
    "review 1",
    "charge 1",
    "charge 2",
  ]);
  const history = await run.history();
  expect(history).toContainEqual(expect.objectContaining({ type: "gate.resolved", feedback: "ship it" }));
  expect(performance.now() - begun).toBeLessThan(10_000);
  await fleet.close();
  await fleet.close();
});

test("the same seed gives the same trace, byte by byte", async () => {
  const trace = async (seed: number) => {
    const fleet = await testFleet({ workflows: [review], actions, seed, workers: 3 });
    const run = await fleet.start("review-pr", { inputs: { pr: "7" } });
    await run.untilGate();
    await run.reject();
    expect(await run.result()).toMatchObject({ status: "failed", error: { code: "gate_rejected" } });
    return [fleet.traceHash(), fleet.transcript()];
  };
  expect(await trace(5)).toEqual(await trace(5));
  expect((await trace(6))[0]).not.toBe((await trace(5))[0]);
});

describe("what a workflow may use", () => {
  const run = async (options: TestFleetOptions, inputs: Record<string, string> = {}) => {
    const fleet = await testFleet(options);
    const started = await fleet.start("main", { inputs });
    return { fleet, run: started, document: await started.result() };
  };

  test("an action with schemas, as a worker has it", async () => {
    const charge = defineAction({
      name: "charge",
      input: z.object({ cents: z.coerce.number().positive() }),
      output: z.object({ receipt: z.string() }),
      async run({ input, idempotencyKey }) {
        await effect("charge", { about: input.cents, key: idempotencyKey });
        return { output: { receipt: `r-${input.cents}` } };
      },
    });
    const workflows = [wf("main { inputs { cents required } call charge }")];
    const { fleet, document } = await run({ workflows, config: { actions: [charge] } }, { cents: "1200" });
    expect(document.steps).toMatchObject([{ output: { receipt: "r-1200" } }]);
    expect(fleet.effects).toMatchObject([{ name: "charge", about: 1200, action: "charge", worker: "w1" }]);
    const refused = await run({ workflows, actions: [charge] }, { cents: "-1" });
    expect(refused.document).toMatchObject({ status: "failed" });
    expect(refused.fleet.effects).toEqual([]);
  });

  test("children of a foreach, over items of the configuration, and scripts", async () => {
    const config: WorkerConfig = {
      items: {
        repos: {
          items: async () => ({ items: ["a", "b", "c"].map((id) => ({ id, ref: id, context: {} })) }),
        },
      },
    };
    const { fleet, document } = await run({
      workflows: [
        wf("main { foreach each { over = repos workflow = leaf max_parallel = 2 } }"),
        wf('leaf { call look script say { run = "echo looked" } }'),
      ],
      ...{ config, actions: { look: ({ input }) => ({ context: `saw ${input["item.id"]}` }) } },
    });
    expect(document).toMatchObject({ status: "completed" });
    expect(fleet.calls.map(({ variables }) => variables["item.id"])).toEqual(["a", "b", "c"]);
    await fleet.close();
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`runfleet-test-${process.pid}-`));
    expect(left).toEqual([]);
  });

  test("signals, cancels and an always block", async () => {
    const fleet = await testFleet({
      workflows: [wf("main { gate go { type = signal } gate stop { type = signal } always { call clean } }")],
      actions: { clean: {} },
    });
    const started = await fleet.start("main");
    await started.signal("go");
    await started.untilGate("stop");
    await started.cancel({ reason: "enough" });
    expect(await started.result()).toMatchObject({ status: "cancelled" });
    expect(fleet.calls.map(({ action }) => action)).toEqual(["clean"]);
  });

  test("schedules, which are due while time passes", async () => {
    const fleet = await testFleet({
      workflows: [wf("main { call look }")],
      actions: { look: {} },
      startAt: "2027-03-27T12:00:00Z",
    });
    await fleet.client.schedule("nightly", {
      workflow: "main",
      cron: "30 2 * * *",
      timezone: "Europe/Berlin",
    });
    await fleet.advance("3 days");
    const firings = await fleet.client.scheduleFirings("nightly");
    expect(firings.map(({ outcome }) => outcome)).toEqual(["started", "started", "started"]);
    expect(fleet.calls).toHaveLength(3);
  });

  test("time inside of an action, and a deadline that comes before its end", async () => {
    const { fleet, document } = await run({
      workflows: [wf('main { call slow { timeout = "1h" on_fail = continue } call quick }')],
      actions: {
        slow: async () => {
          await pause("10 hours");
          return {};
        },
        quick: async () => {
          await pause("20m");
          return { context: "done" };
        },
      },
    });
    expect(document.steps.map(({ name, status }) => [name, status])).toEqual([
      ["slow", "timed_out"],
      ["quick", "completed"],
    ]);
    expect(fleet.now() - Date.parse("2027-01-15T08:00:00Z")).toBeGreaterThan(80 * 60_000);
  });

  test("waiting in real time, during which the clock stands still", async () => {
    const { document } = await run({
      workflows: [wf('main { call real { timeout = "1s" } }')],
      actions: { real: () => new Promise((resolve) => setTimeout(() => resolve({ context: "here" }), 30)) },
    });
    expect(document).toMatchObject({ status: "completed", totals: { durationMs: 0 } });
  });

  test("a pool of its own, and the deadline of a gate that nobody answers", async () => {
    const { document } = await run({
      workflows: [wf('main { pool = gpu gate human_review { timeout = "90d" } }')],
    });
    expect(document).toMatchObject({ status: "failed", error: { code: "gate_timed_out" } });
  });
});

describe("code that takes a client", () => {
  test("finds the SDK, whose waits move the clock", async () => {
    const { client } = await testFleet({
      workflows: [wf('main { sleep nap { for = "2d" } call look }')],
      actions: { look: {} },
    });
    const [first, second] = await Promise.all([client.start("main"), client.start("main")]);
    const types: string[] = [];
    for await (const { type } of first.events()) types.push(type);
    expect(types.at(-1)).toBe("run.completed");
    await expect((await client.start("main")).result({ timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "timeout",
    });
    const both = await Promise.all([first.result(), second.result()]);
    expect(both.map(({ status }) => status)).toEqual(["completed", "completed"]);
  });

  test("may answer from elsewhere while a result is waited for", async () => {
    const fleet = await testFleet({ workflows: [review], actions });
    const run = await fleet.start("review-pr", { inputs: { pr: "7" } });
    const result = run.result();
    const gate = await run.untilGate();
    await fleet.client.approve(gate.runId);
    expect((await result).status).toBe("completed");
  });
});

test("the timers of the runner may be replaced: the fleet has a clock of its own", async () => {
  vi.useFakeTimers({ now: 0 });
  try {
    const fleet = await testFleet({ workflows: [review], actions });
    const run = await fleet.start("review-pr", { inputs: { pr: "7" } });
    await run.untilGate();
    await fleet.advance("6 days");
    await run.approve();
    expect((await run.result()).status).toBe("completed");
    expect(Date.now()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

describe("a test that is wrong hears it at once", () => {
  const main = wf('main { call look gate human_check { timeout = "7d" } }');
  const started = async (options: Partial<TestFleetOptions> = {}) =>
    (await testFleet({ workflows: [main], ...options })).start("main");

  test("an action that is not there", async () => {
    await expect((await started({ actions: { lok: {} } })).result()).rejects.toMatchObject({
      code: "action_not_found",
      message:
        'step b.0 of run main-1 calls "look", which this test fleet has no action for (it has: lok); add it to actions',
    });
  });

  test("a script that has no answer left", async () => {
    const workflows = [wf("main { call look call look }")];
    const fleet = await testFleet({ workflows, actions: { look: scripted([{}]) } });
    await expect((await fleet.start("main")).result()).rejects.toThrow(/scripted for 1 calls.* is call 2/);
  });

  test("a gate that never opens", async () => {
    await expect(
      (await started({ actions: { look: () => Promise.reject(new Error("no")) } })).untilGate("human_check"),
    ).rejects.toThrow('run main-1 is failed and never opened the gate "human_check"');
  });

  test("a wait for somebody who does not come", async () => {
    const fleet = await testFleet({ workflows: [main] });
    await fleet.client.setLimit("main", { concurrency: 0 });
    const run = await fleet.start("main");
    await expect(run.untilGate("human_check")).rejects.toThrow(
      /nothing can happen any more.*run main-1: it waits for its turn/,
    );
  });

  test("an action that hangs in real time", async () => {
    const run = await started({ actions: { look: () => new Promise(() => undefined) }, patienceMs: 50 });
    await expect(run.result()).rejects.toThrow(/stands still.*runAction b\.0 of run main-1.*pause\(\)/);
  });

  test.each<[string, unknown, RegExp]>([
    ["no workflows", {}, /testFleet: options\.workflows must be a list/],
    [
      "an option that does not exist",
      { workflows: [main], action: {} },
      /options has no member "action"; known: workflows, actions/,
    ],
    ["a file that is not there", { workflows: ["./nowhere.wf"] }, /nowhere\.wf cannot be read.*relative to/],
    ["a workflow with an error", { workflows: [wf("main { cal look }")] }, /cal/],
    ["a workflow that is not there", { workflows: [wf("main { workflow leaf {} }")] }, /leaf/],
    ["a time that is none", { workflows: [main], startAt: "soon" }, /startAt: "soon" is no time/],
    [
      "an action under another name",
      { workflows: [main], actions: { look: defineAction({ name: "see", run: async () => undefined }) } },
      /the action "see" stands under "look"/,
    ],
  ])("%s", async (_what, options, message) => {
    await expect(testFleet(options as TestFleetOptions)).rejects.toThrow(message);
  });

  test("a duration that is none, and effects outside of actions", async () => {
    const fleet = await testFleet({ workflows: [main satisfies { source: string } | Definition] });
    await expect(fleet.advance("3 fortnights")).rejects.toThrow(/advance: "3 fortnights" is no duration/);
    expect(() => effect("charge")).toThrow(/outside of an action that a test fleet executes/);
  });
});
