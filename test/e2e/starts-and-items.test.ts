/**
 * What a start may say and where items come from, on real worker processes: keys, delay, priority, pools, limits of time and
 * rate; lists, ranges, ended runs and a provider of one's own; a schedule that does not overlap itself.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type FleetClient, type StartedRun } from "@runfleet/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";

/** Says outside what was executed, in order; `hold` works until its run is stopped or a signal's file is there. */
const config = `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
const note = {
  name: "note",
  async run({ runId, variables }) {
    appendFileSync("executions", (variables.n ?? runId) + "\\n");
    return { markers: ["noted"] };
  },
};
const hold = {
  name: "hold",
  async run({ variables, signal }) {
    while (!existsSync(variables.until)) await pause(20, undefined, { signal });
    return {};
  },
};
const item = (id, left) => ({ id, ref: id, context: { left } });
const shelves = {
  async items({ run, filter, cursor }) {
    if (run.inputs.warehouse !== "north") throw new Error("there is no warehouse " + run.inputs.warehouse);
    if (cursor === undefined) return { items: [item("lamp", filter.below)], next: "2", dependencies: [["bulb", "lamp"]] };
    return { items: [item("bulb", "0"), item("lamp", "0")] };
  },
};
export default { actions: [note, hold], items: { shelves } };
`;

const foreach = (over: string, rest: string): string =>
  `foreach each { over = ${over} workflow = one max_parallel = 4 inputs = { n = "{{item.id}}" } ${rest} }`;

const workflows = [
  "workflow one { inputs { n required } call note }",
  "workflow held { inputs { until required } call hold }",
  "workflow rated { meta { rate = { limit = 1 per = 1s burst = 1 } } inputs { n required } call note }",
  `workflow listed { inputs { list required } ${foreach("json", 'filter = { from = "list" }')} }`,
  `workflow ranged { ${foreach("range", 'filter = { from = "1" to = "9" step = "4" }')} }`,
  `workflow shelved { inputs { warehouse default = "north" } ${foreach("shelves", 'filter = { below = "10" } ordered = true')} }`,
  `workflow followed { ${foreach("workflow_runs", 'filter = { workflow_name = "held" status = "cancelled,failed" }')} }`,
];

describe("starts and items", () => {
  let project: CliProject;
  let dev: DevProcess;
  let fleet: FleetClient;

  beforeAll(async () => {
    project = await openProject();
    await project.write("runfleet.config.mjs", config);
    dev = await project.dev(["--port", "0", "--workers", "1", "--concurrency", "1"]);
    fleet = createClient({ redis: (await project.state()).redisUrl });
    await fleet.publish(workflows.map((source) => ({ source })));
  });
  afterAll(async () => {
    await fleet?.close();
    await dev?.end("SIGTERM");
    await project.remove();
  });

  const executions = async (): Promise<string[]> =>
    (await readFile(join(project.folder, "executions"), "utf8").catch(() => "")).split("\n").slice(0, -1);
  const ended = (run: StartedRun) => run.result({ timeoutMs: 60_000 });
  /** Items of the run's foreach, by their ids. */
  const itemsOf = async (workflow: string, inputs: Record<string, string> = {}): Promise<string[]> => {
    const { status, steps, error } = await ended(await fleet.start(workflow, { inputs }));
    expect({ status, error }).toEqual({ status: "completed", error: null });
    const output = steps[0]?.output as { readonly items: readonly { readonly item_id: string }[] };
    return output.items.map(({ item_id: id }) => id);
  };

  it("begins what waits by priority, delayed runs not before their time, and the same key once", async () => {
    const busy = await fleet.start("held", { inputs: { until: "free" } });
    await expect.poll(async () => (await busy.get()).status).toBe("running");
    const delayed = await fleet.start("one", {
      inputs: { n: "late" },
      delayMs: 2_000,
      label: "the late one",
    });
    const entries = ["5", "1", "3"].map((n) => ({
      ...{ workflow: "one", inputs: { n: `p${n}` }, priority: Number(n), idempotencyKey: `p${n}` },
    }));
    const outcomes = await fleet.startMany([...entries, ...entries]);
    const ids = outcomes.map((each) => (each.type === "started" ? each.run.id : each.error.code));
    expect([new Set(ids).size, ids.slice(0, 3)]).toEqual([3, ids.slice(3)]);
    await expect(fleet.start("one", { inputs: { n: "other" }, idempotencyKey: "p5" })).rejects.toMatchObject({
      code: "idempotency_conflict",
    });
    await project.write("free", "");
    for (const outcome of outcomes) if (outcome.type === "started") await ended(outcome.run);
    const { createdAt, startedAt, label } = await ended(delayed);
    expect([await executions(), label]).toEqual([["p1", "p3", "p5", "late"], "the late one"]);
    expect(Date.parse(startedAt ?? "") - Date.parse(createdAt)).toBeGreaterThanOrEqual(2_000);
  });

  it("ends a run at its own limit of time, and an attempt at the start's limit for steps", async () => {
    const run = await fleet.start("held", { inputs: { until: "never" }, timeoutMs: 300 });
    expect(await ended(run)).toMatchObject({ status: "failed", error: { code: "run_timed_out" } });
    const step = await fleet.start("held", { inputs: { until: "never" }, stepTimeoutMs: 300 });
    expect(await ended(step)).toMatchObject({ status: "failed", steps: [{ status: "timed_out" }] });
  });

  it("lets runs of a workflow start at its rate", async () => {
    const runs = await Promise.all(["r1", "r2", "r3"].map((n) => fleet.start("rated", { inputs: { n } })));
    const starts = (await Promise.all(runs.map(ended))).map(({ startedAt }) => Date.parse(startedAt ?? ""));
    const [first = 0, second = 0, third = 0] = starts.sort((a, b) => a - b);
    // A second between two of them; the clocks of Redis and worker are one machine's.
    expect(Math.min(second - first, third - second)).toBeGreaterThan(900);
  });

  it("keeps a run for the pool it names, says when no worker serves it, and goes on when one does", async () => {
    const run = await fleet.start("one", { inputs: { n: "gpu" }, pool: "gpu" });
    await expect
      .poll(async () => (await run.get()).status && (await fleet.explain(run.id)).cause)
      .toBe("no_worker");
    const worker = project.run(["worker", "--pools", "gpu", "--redis", (await project.state()).redisUrl]);
    expect(await ended(run)).toMatchObject({ status: "completed" });
    const { workers } = await fleet.fleet();
    const own = workers.find(({ pools }) => pools.includes("gpu"));
    process.kill(own?.pid ?? 0, "SIGTERM");
    expect((await worker).code).toBe(0);
  });

  it("takes items from a list, a range, and page by page from a provider that says what comes first", async () => {
    expect(await itemsOf("listed", { list: '["a","b"]' })).toEqual(["a", "b"]);
    expect(await itemsOf("ranged")).toEqual(["1", "5", "9"]);
    const before = (await executions()).length;
    expect([...(await itemsOf("shelved"))].sort()).toEqual(["bulb", "lamp"]);
    expect((await executions()).slice(before)).toEqual(["bulb", "lamp"]);
    const wrong = await ended(await fleet.start("shelved", { inputs: { warehouse: "south" } }));
    expect(wrong).toMatchObject({ status: "failed", error: { message: "there is no warehouse south" } });
  });

  it("hands each ended run to one of several runs that follow up", async () => {
    const failed = (await fleet.list({ workflow: "held", status: "failed" })).runs.map(({ id }) => id);
    expect(failed).toHaveLength(2);
    const [one, other] = await Promise.all([itemsOf("followed"), itemsOf("followed")]);
    expect([...one, ...other].sort()).toEqual([...failed].sort());
    expect(await itemsOf("followed")).toEqual([]);
  });

  it("starts no run of a schedule beside the one that is open, nor while it is paused", async () => {
    await fleet.schedule("often", {
      workflow: "held",
      everyMs: 1_000,
      inputs: { until: "done" },
      overlap: "skip",
    });
    const outcomes = async () =>
      (await fleet.scheduleFirings("often")).map(({ outcome }) => outcome).reverse();
    await expect.poll(outcomes).toEqual(expect.arrayContaining(["started", "skipped"]));
    await fleet.pauseSchedule("often");
    expect((await outcomes()).filter((outcome) => outcome === "started")).toHaveLength(1);
    expect((await fleet.getSchedule("often")).nextDue).toBeNull();
    await project.write("done", "");
    await fleet.unschedule("often");
  });
});
