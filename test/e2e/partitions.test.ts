/**
 * A fleet of three partitions, on one Redis or, with RUNFLEET_TEST_CLUSTER=1, on a cluster: families stay together, answers and reads reach runs wherever they lie, lists
 * and counts are whole, limits hold, and a worker that is killed is followed in every partition.
 */
import { createClient, type FleetClient, type RunRow, type StartManyOutcome } from "@runfleet/client";
import { partitionOf } from "@runfleet/model";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";

const redisUrl = inject("redisUrl");
const partitions = 3;
const families = 18;

const workflows = [
  "workflow child { call made }",
  'workflow family { call kept call workflow child gate human_review { prompt = "well?" } call last }',
  "workflow alone { meta { concurrency { limit = 1 } } call slow }",
  "workflow caller { call workflow alone }",
];

describe.skipIf(inject("redisKind") === "js")("a fleet of three partitions", () => {
  let fleet: ProcessFleet;
  let client: FleetClient;
  let ids: readonly string[];

  const entries = Array.from({ length: families }, (_, at) => ({
    ...{ workflow: "family", idempotencyKey: `family ${at}` },
  }));
  const startAll = async (): Promise<readonly string[]> => (await client.startMany(entries)).map(idOf);

  beforeAll(async () => {
    fleet = await openProcessFleet({ redisUrl, leaseTtlMs: 2_000, graceMs: 300, workflows });
    client = createClient({ redis: redisUrl, namespace: fleet.place.namespace, partitions });
    await client.publish(workflows.map((source) => ({ source })));
    const env = { RUNFLEET_PARTITIONS: String(partitions) };
    const [first] = await Promise.all([fleet.worker({ env }), fleet.worker({ env })]);
    ids = await startAll();
    await eventually("all are asked for", async () =>
      (await client.gates({ limit: families + 1 })).gates.length === families ? true : undefined,
    );
    await first?.end("SIGKILL");
  });
  afterAll(async () => {
    await client?.close();
    await fleet?.clear();
  });

  it("runs lie in all of them, and a start that is said again finds its run", async () => {
    expect(new Set(ids.map(partitionOf))).toEqual(new Set([0, 1, 2]));
    expect(await startAll()).toEqual(ids);
  });

  it("a list goes through all of them in one order, page by page", async () => {
    const listed: RunRow[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.list({ limit: 5, ...(cursor === undefined ? {} : { cursor }) });
      listed.push(...page.runs);
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(listed).toHaveLength(2 * families);
    expect(new Set(listed.map(({ id }) => id)).size).toBe(2 * families);
    const times = listed.map(({ createdAt }) => Date.parse(createdAt));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it("a child lies where its parent does", async () => {
    for (const id of ids) {
      const { runs } = await client.list({ parent: id });
      expect(runs.map((run) => partitionOf(run.id))).toEqual([partitionOf(id)]);
    }
  });

  it("an answer reaches a run wherever it lies, and what a dead worker had goes on", async () => {
    for (const id of ids) await client.approve(id);
    const runs = await Promise.all(ids.map((id) => client.result(id, { timeoutMs: 60_000 })));
    expect(runs.map(({ status }) => status)).toEqual(ids.map(() => "completed"));
    const { runs: counted } = await client.counts();
    expect(counted).toMatchObject({ completed: 2 * families, waiting: 0, running: 0 });
    for (const action of ["kept", "last"])
      expect(fleet.ledger({ action, what: "done" })).toHaveLength(families);
  });

  it("a limit holds, since its runs lie together; a child that would be counted elsewhere is refused", async () => {
    const limited = await Promise.all([client.start("alone"), client.start("alone")]);
    expect(limited.map(({ id }) => partitionOf(id))).toEqual([0, 0]);
    await Promise.all(limited.map(({ id }) => client.result(id, { timeoutMs: 60_000 })));
    const [one, two] = fleet.ledger({ action: "slow" }).filter(({ what }) => what !== "aborted");
    expect([one?.what, two?.what]).toEqual(["begun", "done"]);
    await expect(client.start("alone", { idempotencyKey: "once" })).rejects.toMatchObject({
      code: "invalid_usage",
    });
    await expect(client.setLimit("family", { concurrency: 1 })).rejects.toMatchObject({
      code: "invalid_usage",
    });

    const callers = await client.startMany(Array.from({ length: 8 }, () => ({ workflow: "caller" })));
    const away = callers.map(idOf).find((id) => partitionOf(id) !== 0);
    if (away === undefined) throw new Error("all lie in partition 0");
    const run = await client.result(away, { timeoutMs: 60_000 });
    expect(run).toMatchObject({ status: "failed" });
    expect(JSON.stringify(run)).toContain("limits are counted in partition 0");
  });
});

function idOf(outcome: StartManyOutcome): string {
  if (outcome.type !== "started") throw outcome.error;
  return outcome.run.id;
}
